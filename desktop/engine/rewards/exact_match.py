"""Rewards answers that say what the row's own answer says; it knows both texts and no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from desktop.engine.options import Options, option
from desktop.engine.rewards.base import Attempt, RewardRule, Score

_MARKS = ".,;:!?\"'()[]“”\u2018\u2019…"


class ExactMatchOptions(Options):
    """How the two are compared."""

    compare: Literal["contains", "equal"] = option(
        "contains",
        label="Compare",
        help="contains: the row's answer is somewhere in what was said. equal: nothing else was said.",
    )


class ExactMatch(RewardRule):
    """Whether the right answer was given."""

    id = "exact_match"
    title = "Right answer"
    summary = "Rewards answers that hold, or are, the answer that stands in the row; capitals and spaces do not matter."
    order = 30
    options: ClassVar[type[Options]] = ExactMatchOptions
    needs_reference = True

    def scorer(self, options: ExactMatchOptions, device: str = "cpu") -> Score:
        """Return the rule: 1 for a match, 0 for none or where the row holds no answer."""
        matches = _equal if options.compare == "equal" else _holds

        def score(attempts: Sequence[Attempt]) -> list[float]:
            return [float(matches(attempt.text, attempt.reference)) for attempt in attempts]

        return score


def normalised(text: str) -> str:
    """Return ``text`` in lower case, with single spaces, without marks and spaces around it."""
    return " ".join(text.lower().split()).strip(_MARKS + " ")


def _equal(answer: str, reference: str) -> bool:
    wanted = normalised(reference)
    return bool(wanted) and normalised(answer) == wanted


def _holds(answer: str, reference: str) -> bool:
    wanted = normalised(reference)
    # As whole words: 12 is not in 112, nor is art in party.
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", normalised(answer)) is not None
