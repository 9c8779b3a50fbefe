"""Preference pairs without a prompt column: both conversations begin alike; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.turns import are_turns, turns_in
from desktop.engine.data.rows import Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, cell
from desktop.engine.data.shapes.preference import Preference, are_transcripts, both_answers, preference_row


class PreferenceImplicit(Preference):
    """Two whole conversations a row, as messages or as transcripts; what they share from the start is the prompt."""

    id: ClassVar[str] = "preference_implicit"
    title: ClassVar[str] = "Preference pairs (whole conversations)"
    summary: ClassVar[str] = "Two conversations that begin alike and end with a better and a worse answer."
    roles: ClassVar[tuple[Role, ...]] = (
        Role("chosen", "Better conversation", holds="turns"),
        Role("rejected", "Worse conversation", holds="turns"),
    )
    order: ClassVar[int] = 14

    def match(self, sample: Sample) -> Match | None:
        """Take chosen and rejected that are lists of messages or transcripts, with nothing else that asks."""
        answers = both_answers(sample)
        if answers is None:
            return None
        mapping = {"chosen": answers[0], "rejected": answers[1]}
        if all(are_turns(sample.first(column)) for column in answers):
            return Match(mapping, f"{answers[0]} and {answers[1]} hold whole conversations")
        if all(are_transcripts(sample, column) for column in answers):
            why = f"in {answers[0]} and {answers[1]} Human: and Assistant: take turns"
            return Match(mapping, why)
        return None

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the shared start as the prompt and what follows it as the answers."""
        chosen = turns_in(cell(values, mapping, "chosen"), mapping["chosen"])
        rejected = turns_in(cell(values, mapping, "rejected"), mapping["rejected"])
        if chosen == rejected:
            raise RowFault("the chosen and the rejected answer are the same", "same_answers")
        shared = 0
        while shared < min(len(chosen), len(rejected)) - 1 and chosen[shared] == rejected[shared]:
            shared += 1
        while shared and chosen[shared - 1]["role"] == "assistant":
            shared -= 1  # an answer both begin with belongs to the answers
        if shared == 0:
            raise RowFault("the two conversations do not begin alike, so there is no prompt they share", "role_order")
        return preference_row(chosen[:shared], chosen[shared:], rejected[shared:])
