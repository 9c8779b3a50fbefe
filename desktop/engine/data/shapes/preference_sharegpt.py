"""Preference pairs behind a conversation, as ShareGPT-shaped data sets write them; it knows one row at a time."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.mapping.paths import steps_of
from desktop.engine.data.mapping.turns import are_turns
from desktop.engine.data.mapping.words import find_column
from desktop.engine.data.mapping.written import opened
from desktop.engine.data.shapes.base import Match, Sample
from desktop.engine.data.shapes.preference import PROMPTS, Preference, both_answers


class PreferenceShareGpt(Preference):
    """The same row as a preference pair, its prompt being a whole conversation so far."""

    id: ClassVar[str] = "preference_sharegpt"
    title: ClassVar[str] = "Preference pairs (ShareGPT)"
    summary: ClassVar[str] = "A conversation so far, and the turn that was chosen and the one that was rejected."
    order: ClassVar[int] = 12

    def match(self, sample: Sample) -> Match | None:
        """Take chosen and rejected beside a column of turns."""
        answers = both_answers(sample)
        if answers is None:
            return None
        free = [path for column in sample.columns if column not in answers for path in _turns(sample, column)]
        prompt = find_column(free, PROMPTS) or next(iter(free), None)
        if prompt is None:
            return None
        mapping = {"prompt": prompt, "chosen": answers[0], "rejected": answers[1]}
        if sample.is_text("system"):
            mapping["system"] = "system"
        return Match(mapping, f"`{prompt}` holds a conversation, {answers[0]} and {answers[1]} its next turn")


def _turns(sample: Sample, column: str) -> list[str]:
    """Return ``column`` where it holds a conversation, or the path to the one inside it."""
    value = opened(sample.first(column))
    if are_turns(value):
        return [column]
    if isinstance(value, dict) and are_turns(value.get("messages")) and steps_of(path := f"{column}.messages"):
        return [path]
    return []
