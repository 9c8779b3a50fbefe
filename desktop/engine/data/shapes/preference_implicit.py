"""Preference pairs without a prompt column: both conversations begin alike; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.rows import Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, cell
from desktop.engine.data.shapes.preference import Preference, has_both_answers, preference_row
from desktop.engine.data.turns import are_turns, turns_in


class PreferenceImplicit(Preference):
    """Two whole conversations a row; what they share from the start is the prompt."""

    id: ClassVar[str] = "preference_implicit"
    title: ClassVar[str] = "Preference pairs (whole conversations)"
    summary: ClassVar[str] = "Two conversations that begin alike and end with a better and a worse answer."
    roles: ClassVar[tuple[Role, ...]] = (Role("chosen", "Better conversation"), Role("rejected", "Worse conversation"))
    order: ClassVar[int] = 14

    def match(self, sample: Sample) -> Match | None:
        """Take chosen and rejected that are lists of messages, with nothing else that asks."""
        if not has_both_answers(sample) or not all(are_turns(sample.first(name)) for name in ("chosen", "rejected")):
            return None
        return Match({"chosen": "chosen", "rejected": "rejected"}, "chosen and rejected hold whole conversations")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the shared start as the prompt and what follows it as the answers."""
        chosen = turns_in(cell(values, mapping, "chosen"), mapping["chosen"])
        rejected = turns_in(cell(values, mapping, "rejected"), mapping["rejected"])
        shared = 0
        while shared < min(len(chosen), len(rejected)) - 1 and chosen[shared] == rejected[shared]:
            shared += 1
        if shared == 0:
            raise RowFault("the two conversations do not begin alike, so there is no prompt they share")
        return preference_row(chosen[:shared], chosen[shared:], rejected[shared:])
