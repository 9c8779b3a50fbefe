"""A text and the class it belongs to; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.words import find_column
from desktop.engine.data.mapping.written import text_in
from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell

_TEXTS = ("text", "sentence", "content", "review", "document", "message", "comment", "body", "title")
_LABELS = ("label", "class", "category", "sentiment", "intent", "topic", "target")


class Labelled(Shape):
    """Rows of a classification task."""

    id: ClassVar[str] = "labelled"
    title: ClassVar[str] = "Text and label"
    summary: ClassVar[str] = "A text and the class it belongs to."
    kind: ClassVar[Kind] = "label"
    roles: ClassVar[tuple[Role, ...]] = (Role("text", "Text"), Role("label", "Label", holds="label"))
    order: ClassVar[int] = 70

    def match(self, sample: Sample) -> Match | None:
        """Take a text-like column beside a label-like one whose values are short and come again."""
        texts = [column for column in sample.columns if isinstance(sample.first(column), str)]
        label = find_column(sample.columns, _LABELS)
        text = find_column(texts, _TEXTS, taken=[label] if label else ())
        if label is None or text is None or not _are_labels(sample.values[label]):
            return None
        return Match({"text": text, "label": label}, f"`{text}` holds text and `{label}` one of a few values")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the text with its label as a word."""
        label = cell(values, mapping, "label")
        if isinstance(label, bool):
            label = str(label).lower()
        return {
            "text": text_in(cell(values, mapping, "text"), mapping["text"]),
            "label": text_in(label, mapping["label"]).strip(),
        }


def _are_labels(values: list[Any]) -> bool:
    if not values or any(isinstance(value, list | dict) for value in values):
        return False
    words = [str(value) for value in values]
    return max(map(len, words)) <= 60 and (len(words) < 8 or len(set(words)) <= len(words) / 2)
