"""ShareGPT: a list of turns with from and value; it knows one row at a time."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.mapping.turns import seen_turns
from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.messages import Messages, beside_conversation


class ShareGpt(Messages):
    """Rows as ShareGPT exports write them: the same conversation under other names."""

    id: ClassVar[str] = "sharegpt"
    title: ClassVar[str] = "Conversations (ShareGPT)"
    summary: ClassVar[str] = "A list of turns, each with who spoke (from) and what was said (value)."
    order: ClassVar[int] = 21

    def match(self, sample: Sample) -> Match | None:
        """Take the first column whose values are lists of from and value."""
        for column in sample.columns:
            turns = seen_turns(sample.first(column))
            if turns and "from" in turns[0]:
                mapping = {"messages": column} | beside_conversation(sample)
                return Match(mapping, f"`{column}` holds lists of turns with from and value")
        return None
