"""Rewards answers that end by themselves; it knows nothing of what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop.engine.rewards.base import Attempt, RewardRule, Score


class Ends(RewardRule):
    """Whether the answer came to its end."""

    id = "ends"
    title = "Ends by itself"
    summary = "Rewards answers that end by themselves before their room is used up."
    order = 40

    def scorer(self, options: Any, device: str = "cpu") -> Score:
        """Return the rule: 1 for an answer that ended, 0 for one that was cut off."""
        return _ended


def _ended(attempts: Sequence[Attempt]) -> list[float]:
    return [float(attempt.ended) for attempt in attempts]
