"""Preference pairs behind a conversation, as ShareGPT-shaped data sets write them; it knows one row at a time."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.preference import Preference, has_both_answers
from desktop.engine.data.turns import are_turns


class PreferenceShareGpt(Preference):
    """The same row as a preference pair, its prompt being a whole conversation so far."""

    id: ClassVar[str] = "preference_sharegpt"
    title: ClassVar[str] = "Preference pairs (ShareGPT)"
    summary: ClassVar[str] = "A conversation so far, and the turn that was chosen and the one that was rejected."
    order: ClassVar[int] = 12

    def match(self, sample: Sample) -> Match | None:
        """Take chosen and rejected beside a column of turns."""
        if not has_both_answers(sample):
            return None
        free = (column for column in sample.columns if column not in ("chosen", "rejected"))
        prompt = next((column for column in free if are_turns(sample.first(column))), None)
        if prompt is None:
            return None
        mapping = {"prompt": prompt, "chosen": "chosen", "rejected": "rejected"}
        if isinstance(sample.first("system"), str):
            mapping["system"] = "system"
        return Match(mapping, f"`{prompt}` holds a conversation, chosen and rejected its next turn")
