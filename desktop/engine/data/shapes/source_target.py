"""A source text and the target it is turned into; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, where
from desktop.engine.data.turns import text_in
from desktop.engine.data.words import find_column

_PAIRS = (("source", "target"), ("src", "tgt"), ("article", "summary"), ("document", "summary"), ("text", "summary"))


class SourceTarget(Shape):
    """Rows of a task that turns one text into another."""

    id: ClassVar[str] = "source_target"
    title: ClassVar[str] = "Source and target"
    summary: ClassVar[str] = "A text and what it is to be turned into: a translation, a summary."
    kind: ClassVar[Kind] = "pair"
    roles: ClassVar[tuple[Role, ...]] = (Role("source", "Source"), Role("target", "Target, trained"))
    order: ClassVar[int] = 60

    def match(self, sample: Sample) -> Match | None:
        """Take a pair of columns whose names belong together, text in both."""
        texts = [column for column in sample.columns if isinstance(sample.first(column), str)]
        for source_name, target_name in _PAIRS:
            source = find_column(texts, (source_name,))
            target = find_column(texts, (target_name,), taken=[source] if source else ())
            if source is not None and target is not None:
                return Match({"source": source, "target": target}, f"`{source}` is turned into `{target}`")
        return None

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return both texts."""
        return {
            "source": text_in(cell(values, mapping, "source"), where(mapping, "source")),
            "target": text_in(cell(values, mapping, "target"), where(mapping, "target")),
        }
