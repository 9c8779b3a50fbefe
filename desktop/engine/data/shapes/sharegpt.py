"""ShareGPT: a list of turns with from and value; it knows one row at a time."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.messages import Messages, _mapping
from desktop.engine.data.turns import are_turns


class ShareGpt(Messages):
    """Rows as ShareGPT exports write them: the same conversation under other names."""

    id: ClassVar[str] = "sharegpt"
    title: ClassVar[str] = "Conversations (ShareGPT)"
    summary: ClassVar[str] = "A list of turns, each with who spoke (from) and what was said (value)."
    order: ClassVar[int] = 21

    def match(self, sample: Sample) -> Match | None:
        """Take the one column whose values are lists of from and value."""
        for column in sample.columns:
            value = sample.first(column)
            if are_turns(value) and "from" in value[0]:
                return Match(_mapping(column, sample), f"`{column}` holds lists of turns with from and value")
        return None
