"""Rewards answers of a wanted length; it knows the answer alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from desktop.engine.options import Options, option
from desktop.engine.rewards.base import Attempt, RewardRule, Score


class LengthOptions(Options):
    """How long an answer should be."""

    wanted: int = option(20, label="Wanted length", help="How long an answer should be.", ge=1, le=100_000)
    unit: Literal["words", "characters"] = option(
        "words", label="Counted in", help="What the length is counted in: words parted by spaces, or characters."
    )
    spread: float = option(
        5.0,
        label="Spread",
        help="How far off an answer may be and still get half the reward: lower is stricter.",
        ge=0.1,
        le=100_000,
        typical="a quarter of the wanted length",
    )


class Length(RewardRule):
    """The nearer to the wanted length, the better."""

    id = "length"
    title = "Length"
    summary = "Rewards answers of about a wanted number of words or characters."
    order = 10
    options: ClassVar[type[Options]] = LengthOptions

    def scorer(self, options: LengthOptions, device: str = "cpu") -> Score:
        """Return the rule 1 / (1 + (distance / spread)²): 1 at the wanted length, a half at a spread from it.

        It is never flat, so that of two answers far off the nearer one still gets more.
        """

        def score(attempts: Sequence[Attempt]) -> list[float]:
            return [
                _closeness(_length(attempt.text, options.unit) - options.wanted, options.spread) for attempt in attempts
            ]

        return score


def _length(text: str, unit: str) -> int:
    return len(text.split()) if unit == "words" else len(text.strip())


def _closeness(distance: float, spread: float) -> float:
    return 1 / (1 + (distance / spread) ** 2)
