"""``fettle predict``: what a classifier, an encoder-decoder or a reward model says of texts; it trains nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.engine.errors import RequestError
from desktop.engine.options import fields_of

_SHOWN = 3  # labels a text


class Predict(Command):
    """Predicts."""

    id = "predict"
    title = "Predict"
    summary = "Label texts, turn them into others or rate answers with a model tuned for it."
    order = 52

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the model, the texts and how they are answered."""
        from desktop.engine.generate.predict import PredictOptions

        parser.add_argument("model", metavar="MODEL", help="a run, or any model a job could name")
        parser.add_argument("texts", nargs="*", metavar="TEXT", help="texts; read from standard input if left out")
        parser.add_argument("--file", type=Path, help="a text file with one text a line")
        parser.add_argument(
            "--prompt", action="append", default=[], help="of a reward model: the question; one for all, or one each"
        )
        for field in fields_of(PredictOptions):
            parser.add_argument(
                f"--{field.name.replace('_', '-')}",
                type=int,
                default=field.default,
                help=f"{field.help} ({field.default})",
            )

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Answer every text, in order."""
        from desktop.engine.generate.predict import Predictor

        texts = _texts(args)
        options = _options({"beams": args.beams, "max_tokens": args.max_tokens, "prompts": tuple(args.prompt)})
        predictor = Predictor.load(args.model)
        answers = []
        for answer in predictor.predict(texts, options):
            answers.append(answer)
            out.say(_line(answer))
        out.result({"model": args.model, "kind": predictor.kind, "answers": answers})
        return 0


def _texts(args: argparse.Namespace) -> list[str]:
    if args.file is not None and args.texts:
        raise RequestError("two_sources", "Texts came both in the command and in a file.", "Leave one of them out.")
    if args.file is not None:
        try:
            found = args.file.expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(
                "no_file", f"{args.file} cannot be read as text.", "Give a UTF-8 file with one text a line."
            ) from error
    elif args.texts:
        found = args.texts
    else:
        found = [] if sys.stdin.isatty() else sys.stdin.read().splitlines()
    texts = [text for text in found if text.strip()]
    if not texts:
        raise RequestError("no_texts", "There is no text to answer.", 'Say one: fettle predict MODEL "a text".')
    return texts


def _options(values: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from desktop.engine.generate.predict import PredictOptions

    try:
        return PredictOptions.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = "--" + str(first["loc"][0]).replace("_", "-")
        raise RequestError("bad_option", f"{name}: {first['msg']} (got {first['input']}).") from error


def _line(answer: dict[str, Any]) -> str:
    if "target" in answer:
        return str(answer["target"])
    if "reward" in answer:
        return f"{answer['reward']:+.3f}  {answer['text']}"
    shares = [f"{one['label']} {one['probability']:.1%}" for one in answer["probabilities"][:_SHOWN]]
    return f"{answer['label']}  ({', '.join(shares)})  {answer['text']}"
