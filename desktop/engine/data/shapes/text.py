"""Plain text in one column; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.words import find_column
from desktop.engine.data.mapping.written import opened, text_in
from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell

_NAMES = ("text", "content", "document", "body", "article", "passage", "paragraph")


class PlainText(Shape):
    """Rows that are nothing but text to read."""

    id: ClassVar[str] = "text"
    title: ClassVar[str] = "Plain text"
    summary: ClassVar[str] = "One column of text to read, with nothing asked."
    kind: ClassVar[Kind] = "text"
    roles: ClassVar[tuple[Role, ...]] = (Role("text", "Text, trained"),)
    order: ClassVar[int] = 90
    flat: ClassVar[tuple[str, ...]] = ("text",)

    def match(self, sample: Sample) -> Match | None:
        """Take a column called text or the like, or the only one there is."""
        texts = [column for column in sample.columns if isinstance(sample.first(column), str)]
        column = find_column(texts, _NAMES)
        if column is not None:
            return Match({"text": column}, f"`{column}` holds text")
        if len(sample.columns) == 1 and texts and isinstance(opened(sample.first(texts[0])), str):
            return Match({"text": texts[0]}, f"`{texts[0]}` is the only column and holds text")
        return None

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the text."""
        return {"text": text_in(cell(values, mapping, "text"), mapping["text"])}
