"""Writes a conversation through a chat template and finds where its answers stand in the text.

It knows templates and what they need to know of a tokenizer, and nothing of tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.engine.data.rendering.rendered import Answers, Span
from desktop.engine.data.rendering.templates import marks_answers
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    Tools = list[dict[str, Any]] | None

_OTHER = "Choose another chat template."


@dataclass(frozen=True)
class Draft:
    """A row as text, not yet tokenised.

    Attributes:
        text: with everything the template or the objective puts around it.
        spans: stretches of it that are trained on; ``None`` for all of it.
    """

    text: str
    spans: list[Span] | None


def chat_draft(
    messages: list[Message], tokenizer: PreTrainedTokenizerBase, template: str, answers: Answers, tools: Tools = None
) -> Draft:
    """Return the conversation as text with the answers to train on.

    Raises:
        RequestError: the template refuses the conversation, hides a part of it, or rewrites its answers.
    """
    text, spans = _marked(messages, tokenizer, template, tools)
    _check_shown(messages, text, tokenizer, template, tools)
    if answers == "everything":
        return Draft(text, None)
    spoken = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    if not marks_answers(template) or not _believable(messages, spoken, text, spans):
        wanted = spoken if answers == "all" else spoken[-1:]
        spans = [_answer_span(messages, index, text, tokenizer, template, tools) for index in wanted]
    elif answers == "last" and spoken:
        spans = spans[_marks_before(messages, spoken, spans, tokenizer, template, tools) :]
    return Draft(text, spans)


def rendered_text(
    messages: list[Message],
    tokenizer: PreTrainedTokenizerBase,
    template: str,
    tools: Tools = None,
    *,
    prompt: bool = False,
) -> str:
    """Return the conversation as the template writes it; ``prompt`` adds what asks for the next answer."""
    return _marked(messages, tokenizer, template, tools, prompt=prompt)[0]


def _marked(
    messages: list[Message],
    tokenizer: PreTrainedTokenizerBase,
    template: str,
    tools: Tools = None,
    *,
    prompt: bool = False,
) -> tuple[str, list[Span]]:
    """Return the text and what the template itself marks as answers."""
    from jinja2 import TemplateError
    from transformers.utils.chat_template_utils import render_jinja_template

    present = [{key: value for key, value in message.items() if value is not None} for message in messages]
    marks: dict[str, Any] = {**tokenizer.special_tokens_map, "tools": tools or None}
    try:
        made: Any = render_jinja_template(
            conversations=[present],
            chat_template=template,
            return_assistant_tokens_mask=marks_answers(template),
            add_generation_prompt=prompt,
            **marks,
        )
    except RecursionError as error:
        raise _refuses("it never comes to an end") from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise _refuses(str(error).rstrip(".") or type(error).__name__) from error
    (text,), found = made
    return str(text), [(start, end) for start, end in found[0]] if found else []


def _refuses(why: str) -> RequestError:
    return RequestError(
        "template_refuses",
        f"The model's chat template refuses this conversation: {why}.",
        "Leave out system messages or put the turns in order, or choose another chat template.",
    )


def _check_shown(
    messages: list[Message], text: str, tokenizer: PreTrainedTokenizerBase, template: str, tools: Tools
) -> None:
    """Refuse a row whose tools or calls the template passes over: the model would learn to answer out of the blue."""
    if tools and _same(messages, text, tokenizer, template, None):
        raise RequestError("tools_not_shown", "This row's tools are not shown by this template.", _OTHER)
    if any(message.get("tool_calls") for message in messages):
        silent = [{key: value for key, value in message.items() if key != "tool_calls"} for message in messages]
        if _same(silent, text, tokenizer, template, tools):
            raise RequestError("tools_not_shown", "This row's tool calls are not shown by this template.", _OTHER)


def _same(messages: list[Message], text: str, tokenizer: PreTrainedTokenizerBase, template: str, tools: Tools) -> bool:
    try:
        return rendered_text(messages, tokenizer, template, tools) == text
    except RequestError:
        return False  # the template asks for what was left out, so it does read it


def _believable(messages: list[Message], spoken: list[int], text: str, spans: list[Span]) -> bool:
    """Tell whether the marked stretches hold the answers; marks inside a macro are reported at a wrong place."""
    if len(spans) != len(spoken):
        return bool(spans) or not spoken
    for index, (start, end) in zip(spoken, spans, strict=True):
        words = messages[index]["content"].strip()
        if words in text and words not in text[start:end]:
            return False
    return True


def _marks_before(
    messages: list[Message],
    spoken: list[int],
    spans: list[Span],
    tokenizer: PreTrainedTokenizerBase,
    template: str,
    tools: Tools,
) -> int:
    """Return how many of the marked stretches belong to answers before the last one."""
    if len(spans) == len(spoken):
        return len(spoken) - 1
    # Several marks an answer, or none for some: the conversation up to the last answer tells how many came before.
    last = spoken[-1]
    return len(_marked(messages[:last], tokenizer, template, tools)[1]) if last else 0


def _answer_span(
    messages: list[Message],
    index: int,
    text: str,
    tokenizer: PreTrainedTokenizerBase,
    template: str,
    tools: Tools,
) -> Span:
    """Return where in ``text`` the answer ``index`` stands: behind what asks for it, up to where it is over.

    Both ends come from rendering a part of the conversation and comparing, so that the marks a template puts behind an
    answer are trained on and those it puts before are not.
    """
    before = rendered_text(messages[:index], tokenizer, template, tools, prompt=True) if index else ""
    through = rendered_text(messages[: index + 1], tokenizer, template, tools)
    start, end = _shared(before, text), _shared(through, text)
    answer = messages[index]["content"].strip()
    at = text.find(answer, start)
    if at < 0 or at + len(answer) > end:
        # The template writes earlier turns differently once more follow: only the words themselves are certain.
        at = text.find(answer, min(start, _end_of(messages, index - 1, text))) if answer else -1
        if at < 0:
            raise RequestError(
                "template_changes_answers",
                f"The model's chat template rewrites answer {index + 1} of a conversation, so it cannot be told which "
                "tokens to train on.",
                _OTHER,
            )
        start, end = at, at + len(answer)
        end += next((len(mark) for mark in _whole_marks(tokenizer) if text.startswith(mark, end)), 0)
    return start, _trimmed(text, start, end, tokenizer)


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        return length
    return next(index for index in range(length) if one[index] != other[index])


def _whole_marks(tokenizer: PreTrainedTokenizerBase) -> tuple[str, ...]:
    """Return the tokens that are whole marks of the template, such as the end of a turn, longest first."""
    return tuple(sorted({*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}, key=len, reverse=True))


def _end_of(messages: list[Message], index: int, text: str) -> int:
    """Return where message ``index`` ends in ``text``, found by walking the messages in order."""
    position = 0
    for message in messages[: index + 1]:
        content = message["content"].strip()
        at = text.find(content, position)
        position = at + len(content) if at >= 0 else position
    return position


def _trimmed(text: str, start: int, end: int, tokenizer: PreTrainedTokenizerBase) -> int:
    """Leave out the white space behind an end mark: the model has stopped by then."""
    kept = text[start:end].rstrip()
    return start + len(kept) if kept.endswith(_whole_marks(tokenizer)) else end
