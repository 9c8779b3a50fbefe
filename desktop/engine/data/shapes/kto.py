"""KTO: a prompt, a completion and a thumb up or down; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.turn_order import check_conversation
from desktop.engine.data.mapping.words import find_column, resembling
from desktop.engine.data.mapping.written import name_of
from desktop.engine.data.rows import Kind, Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text
from desktop.engine.data.shapes.prompt_completion import side
from desktop.engine.data.shapes.question_answer import question_and_answer

THUMBS = {
    "true": 1.0, "1": 1.0, "1.0": 1.0, "yes": 1.0, "up": 1.0, "good": 1.0, "desirable": 1.0,
    "false": 0.0, "0": 0.0, "0.0": 0.0, "no": 0.0, "down": 0.0, "bad": 0.0, "undesirable": 0.0,
}  # fmt: skip
_LABELS = ("label", "kto_tag", "thumb", "thumbs", "liked", "desirable", "feedback")


class Kto(Shape):
    """Rows with one answer each that was liked or was not."""

    id: ClassVar[str] = "kto"
    title: ClassVar[str] = "Answers with a thumb up or down"
    summary: ClassVar[str] = "A prompt, an answer, and whether the answer is wanted."
    kind: ClassVar[Kind] = "rated"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Prompt", holds="either"),
        Role("completion", "Answer", holds="either"),
        Role("label", "Thumb up or down", holds="label"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 17
    exclusive: ClassVar[bool] = True

    def match(self, sample: Sample) -> Match | None:
        """Take a question and its answer beside a column of true and false."""
        label = thumb_column(sample)
        pair = both_sides(sample)
        if label is None or pair is None or label in pair:
            return None
        mapping = {"prompt": pair[0], "completion": pair[1], "label": label}
        if sample.is_text("system"):
            mapping["system"] = "system"
        return Match(mapping, f"`{label}` says whether `{pair[1]}` is a wanted answer to `{pair[0]}`")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return both sides as messages, a thumb up as 1 and a thumb down as 0."""
        return rated_row(values, mapping, thumb(cell(values, mapping, "label"), mapping["label"]))


def rated_row(values: Mapping[str, Any], mapping: Mapping[str, str], rating: float) -> Row:
    """Return the canonical row of a prompt, an answer to it and what it was rated."""
    prompt = side(cell(values, mapping, "prompt"), mapping["prompt"], "user")
    if system := optional_text(values, mapping, "system"):
        prompt.insert(0, {"role": "system", "content": system})
    completion = side(cell(values, mapping, "completion"), mapping["completion"], "assistant")
    check_conversation([*prompt, *completion], "the conversation")
    return {"prompt": prompt, "completion": completion, "rating": rating}


def both_sides(sample: Sample) -> tuple[str, str] | None:
    """Return the columns of a prompt and its answer, text or messages."""
    lower = sample.by_lower_case
    if "prompt" in lower and "completion" in lower:
        return lower["prompt"], lower["completion"]
    return question_and_answer(sample)


def thumb(value: Any, place: str) -> float:
    """Return 1 for a thumb up and 0 for a thumb down."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowFault(f"`{place}` is empty", "empty")
    found = THUMBS.get(str(value).strip().lower()) if isinstance(value, bool | int | float | str) else None
    if found is None:
        said = repr(value)[:40] if isinstance(value, int | float | str) else name_of(value)
        raise RowFault(f"`{place}` is {said}, which is neither a thumb up nor down (true or false)", "wrong_type")
    return found


def thumb_column(sample: Sample) -> str | None:
    """Return the column that says whether an answer was liked: its name and every value seen say so."""
    thumbs = [column for column in resembling(sample.columns, _LABELS) if _are_thumbs(sample.values.get(column, []))]
    return find_column(thumbs, _LABELS)


def _are_thumbs(values: list[Any]) -> bool:
    return bool(values) and all(
        isinstance(value, bool | int | float | str) and str(value).strip().lower() in THUMBS for value in values
    )
