"""THE place where a chat becomes tokens and a loss mask; training, preview and chat all come through here.

It knows tokenizers and templates, and nothing of models or trainers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from desktop.engine.data.rows import Message, Row
from desktop.engine.data.templates import marks_answers, template_of
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Answers: TypeAlias = Literal["all", "last", "everything"]
Span: TypeAlias = tuple[int, int]
IGNORED = -100
"""The label the loss functions leave out."""


@dataclass(frozen=True)
class Rendered:
    """One conversation as the model sees it.

    Attributes:
        input_ids: the tokens.
        labels_mask: for each token, whether it is trained on.
        text: the rendered template.
        offsets: for each token, where in ``text`` it begins and ends.
    """

    input_ids: list[int]
    labels_mask: list[bool]
    text: str
    offsets: list[Span]

    @property
    def labels(self) -> list[int]:
        """Return what the trainer compares with: the token where it is trained on, else the ignored mark."""
        return [id if kept else IGNORED for id, kept in zip(self.input_ids, self.labels_mask, strict=True)]

    @property
    def trained(self) -> int:
        """Return how many tokens are trained on."""
        return sum(self.labels_mask)

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text token by token; together the pieces are the text, whatever the tokenizer left out."""
        pieces: list[tuple[str, bool]] = []
        position = 0
        for (start, end), kept in zip(self.offsets, self.labels_mask, strict=True):
            if start > position:
                pieces.append((self.text[position:start], False))
            # A character of several tokens belongs to the first of them; the others are shown empty.
            pieces.append((self.text[max(start, position) : end], kept))
            position = max(position, end)
        if position < len(self.text):
            pieces.append((self.text[position:], False))
        return pieces


def render_chat(
    messages: list[Message],
    tokenizer: PreTrainedTokenizerBase,
    *,
    answers: Answers = "all",
    template: str | None = None,
) -> Rendered:
    """Return ``messages`` as tokens and loss mask.

    Args:
        messages: the conversation, ending with an answer.
        tokenizer: of the model, a fast one.
        answers: train on every answer, on the last one only, or on everything.
        template: a chat template to use instead of the model's own.
    """
    template = template or template_of(tokenizer)
    if marks_answers(template):
        text, encoded, mask = _by_generation_marks(messages, tokenizer, template)
    else:
        text, encoded, mask = _by_prefixes(messages, tokenizer, template)
    if answers == "everything":
        mask = [True] * len(mask)
    elif answers == "last":
        mask = _last_run(mask)
    return Rendered(list(encoded["input_ids"]), mask, text, [(a, b) for a, b in encoded["offset_mapping"]])


def render_prompt(
    messages: list[Message], tokenizer: PreTrainedTokenizerBase, *, template: str | None = None
) -> list[int]:
    """Return the tokens a model is given so that it answers ``messages`` next."""
    text = _rendered(messages, tokenizer, template or template_of(tokenizer), prompt=True)
    return list(_encoded(text, tokenizer)["input_ids"])


def render_text(text: str, tokenizer: PreTrainedTokenizerBase) -> Rendered:
    """Return plain text as tokens, all trained on, with the mark for its end where the tokenizer has one."""
    end = tokenizer.eos_token if isinstance(tokenizer.eos_token, str) else ""
    whole = text + end
    encoded = _encoded(whole, tokenizer)
    ids = list(encoded["input_ids"])
    return Rendered(ids, [True] * len(ids), whole, [(a, b) for a, b in encoded["offset_mapping"]])


def render_row(
    row: Row, kind: str, tokenizer: PreTrainedTokenizerBase, *, answers: Answers = "all", template: str | None = None
) -> Rendered:
    """Return a canonical row of any kind as the model sees it, for previews and counts.

    Of a preference pair the chosen side is shown; a labelled text is only read; a target is trained on, its source not.
    """
    if kind == "chat":
        return render_chat(row["messages"], tokenizer, answers=answers, template=template)
    if kind == "preference":
        return render_chat([*row["prompt"], *row["chosen"]], tokenizer, answers="last", template=template)
    if kind == "pair":
        source, target = _read_only(render_text(row["source"], tokenizer)), render_text(row["target"], tokenizer)
        return _joined(source, target)
    text = render_text(row["text"], tokenizer)
    return text if kind == "text" else _read_only(text)


def _read_only(rendered: Rendered) -> Rendered:
    return replace(rendered, labels_mask=[False] * len(rendered.labels_mask))


def _joined(one: Rendered, other: Rendered) -> Rendered:
    start = len(one.text) + 1
    return Rendered(
        one.input_ids + other.input_ids,
        one.labels_mask + other.labels_mask,
        f"{one.text}\n{other.text}",
        one.offsets + [(a + start, b + start) for a, b in other.offsets],
    )


def _by_generation_marks(
    messages: list[Message], tokenizer: PreTrainedTokenizerBase, template: str
) -> tuple[str, Any, list[bool]]:
    text = _rendered(messages, tokenizer, template)
    try:
        encoded: Any = tokenizer.apply_chat_template(
            messages,
            chat_template=template,
            return_dict=True,
            return_assistant_tokens_mask=True,
            tokenizer_kwargs={"return_offsets_mapping": True},
        )
    except NotImplementedError as error:
        raise _slow() from error
    return text, encoded, [bool(mark) for mark in encoded["assistant_masks"]]


def _by_prefixes(
    messages: list[Message], tokenizer: PreTrainedTokenizerBase, template: str
) -> tuple[str, Any, list[bool]]:
    text = _rendered(messages, tokenizer, template)
    spans = [
        _answer_span(messages, index, text, tokenizer, template)
        for index, message in enumerate(messages)
        if message["role"] == "assistant"
    ]
    encoded = _encoded(text, tokenizer)
    offsets = encoded["offset_mapping"]
    return text, encoded, [any(a < end and b > start for start, end in spans) for a, b in offsets]


def _answer_span(
    messages: list[Message], index: int, text: str, tokenizer: PreTrainedTokenizerBase, template: str
) -> Span:
    """Return where in ``text`` the answer ``index`` stands: behind what asks for it, up to where it is over.

    Both ends come from rendering a part of the conversation and comparing, so that the marks a template puts behind an
    answer are trained on and those it puts before are not.
    """
    before = _rendered(messages[:index], tokenizer, template, prompt=True) if index else ""
    through = _rendered(messages[: index + 1], tokenizer, template)
    start, end = _shared(before, text), _shared(through, text)
    answer = messages[index]["content"].strip()
    at = text.find(answer, start)
    if at < 0 or at + len(answer) > end:
        # The template writes earlier turns differently once more follow: only the words themselves are certain.
        at = text.find(answer, min(start, _end_of(messages, index - 1, text)))
        if at < 0:
            raise RequestError(
                "template_changes_answers",
                f"The model's chat template rewrites answer {index + 1} of a conversation, so it cannot be told which "
                "tokens to train on.",
                "Choose another chat template.",
            )
        start, end = at, at + len(answer)
        marks = _marks(tokenizer)
        end += next((len(mark) for mark in marks if text.startswith(mark, end)), 0)
    return start, _trimmed(text, start, end, tokenizer)


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        return length
    return next(index for index in range(length) if one[index] != other[index])


def _marks(tokenizer: PreTrainedTokenizerBase) -> tuple[str, ...]:
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
    return start + len(kept) if kept.endswith(_marks(tokenizer)) else end


def _rendered(
    messages: list[Message], tokenizer: PreTrainedTokenizerBase, template: str, *, prompt: bool = False
) -> str:
    from jinja2 import TemplateError

    try:
        text = tokenizer.apply_chat_template(
            messages, chat_template=template, tokenize=False, add_generation_prompt=prompt
        )
    except TemplateError as error:
        raise RequestError(
            "template_refuses",
            f"The model's chat template refuses this conversation: {str(error).rstrip('.')}.",
            "Leave out system messages or put the turns in order, or choose another chat template.",
        ) from error
    return str(text)


def _encoded(text: str, tokenizer: PreTrainedTokenizerBase) -> Any:
    try:
        # The template has written its special tokens already; the tokenizer would add its own a second time.
        return tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    except NotImplementedError as error:
        raise _slow() from error


def _slow() -> RequestError:
    return RequestError(
        "slow_tokenizer",
        "The tokenizer of this model cannot tell which characters a token stands for, so no loss mask can be made.",
        "Use a model folder with a tokenizer.json.",
    )


def _last_run(mask: list[bool]) -> list[bool]:
    end = len(mask)
    while end and not mask[end - 1]:
        end -= 1
    start = end
    while start and mask[start - 1]:
        start -= 1
    return [start <= index < end for index in range(len(mask))]
