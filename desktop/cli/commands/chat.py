"""``fettle chat``: base and tuned answer the same words, on a terminal or for a program; it keeps no history."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.cli.run_words import model_named
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.generate.compare import Answer, Piece, compare
from desktop.engine.generate.contenders import Contenders, load_contenders
from desktop.engine.generate.sampling import Sampling
from desktop.engine.options import fields_of

TITLES = {"base": "Base", "tuned": "Tuned"}


class Chat(Command):
    """Talks."""

    id = "chat"
    title = "Chat"
    summary = "Ask a model and its tuned version the same thing and see both answers."
    order = 50

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the model, the words and the sampling."""
        parser.add_argument("model", nargs="?", metavar="RUN", help="a run or any model; the newest run if left out")
        parser.add_argument("--prompt", action="append", help="what to say; several are asked one by one")
        parser.add_argument("--system", help="a system prompt in front")
        parser.add_argument("--task", default="", help="the task a multi-task prompt answers as; else its first")
        parser.add_argument("--contender", choices=("base", "tuned"), action="append", help="ask only this one")
        for field in fields_of(Sampling):
            usual = "; 0 with --json" if field.name == "temperature" else ""
            parser.add_argument(
                f"--{field.name.replace('_', '-')}",
                type=int if field.kind == "integer" else float,
                help=f"{field.help} ({field.default}{usual})",
            )

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Answer the prompts given, or talk until the user has had enough."""
        # A program that compares answers wants the same ones every time; a person wants a lively talk.
        said = {field.name: getattr(args, field.name) for field in fields_of(Sampling)}
        given = {name: value for name, value in said.items() if value is not None}
        sampling = _sampling({**({"temperature": 0.0} if out.json else {}), **given})
        ref = model_named(args.model)
        prompts = args.prompt or ([sys.stdin.read()] if not sys.stdin.isatty() else None)
        if prompts is not None and not all(prompt.strip() for prompt in prompts):
            raise RequestError("no_prompt", "There is nothing to answer.", 'Say something: --prompt "Hello".')
        if prompts is None and out.json:
            raise RequestError("no_prompt", "There is nothing to answer.", 'With --json, say --prompt "Hello".')
        contenders = load_contenders(ref, tell=lambda text: out.say(f"{text} ...") if out.is_terminal else None)
        contenders.tasks.speak_as(args.task)
        names = [contenders.get(name).name for name in (args.contender or contenders.members)]
        if prompts is None:
            return _talk(contenders, names, args.system, sampling, out)
        answers = []
        for prompt in prompts:
            out.say(f"\nYou: {prompt}")
            found = _answer(contenders, {name: _conversation(args.system, prompt) for name in names}, sampling, out)
            marked = {"prompt": prompt} if len(prompts) > 1 else {}
            answers += [{"contender": a.contender, "text": a.text, "ending": a.ending, **marked} for a in found]
        out.result({"model": ref, "answers": answers})
        return 0


def _sampling(values: dict[str, float]) -> Sampling:
    from pydantic import ValidationError

    try:
        return Sampling.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = "--" + str(first["loc"][0]).replace("_", "-")
        raise RequestError("bad_sampling", f"{name}: {first['msg']} (got {first['input']}).") from error


def _conversation(system: str | None, prompt: str) -> list[Message]:
    head: list[Message] = [{"role": "system", "content": system}] if system else []
    return [*head, {"role": "user", "content": prompt}]


def _answer(
    contenders: Contenders, conversations: dict[str, list[Message]], sampling: Sampling, out: Output
) -> list[Answer]:
    """Let each contender answer, one after the other so that the words can be read as they come."""
    answers: list[Answer] = []
    for name, messages in conversations.items():
        out.say(f"\n{TITLES[name]} ({contenders.get(name).title}):")
        for item in compare(contenders, {name: messages}, sampling, differences=False):
            if isinstance(item, Answer):
                answers.append(item)
                out.say("" if out.is_terminal else item.text)
            elif isinstance(item, Piece) and out.is_terminal:
                out.say(item.text, end="")
    return answers


def _talk(contenders: Contenders, names: Sequence[str], system: str | None, sampling: Sampling, out: Output) -> int:
    """Take turns with the user; each contender remembers its own answers."""
    out.say(f"Talking to {contenders.title}. An empty line or Ctrl+D ends it.")
    head = _conversation(system, "")[:-1]
    histories: dict[str, list[Message]] = {name: list(head) for name in names}
    for words in _lines():
        for history in histories.values():
            history.append({"role": "user", "content": words})
        for answer in _answer(contenders, histories, sampling, out):
            histories[answer.contender].append({"role": "assistant", "content": answer.text})
    return 0


def _lines() -> Iterator[str]:
    while True:
        try:
            words = input("\n> ")
        except (EOFError, KeyboardInterrupt):
            return
        if not words.strip():
            return
        yield words
