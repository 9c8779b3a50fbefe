"""Rewards answers that do not say the same thing twice; it knows the answer alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from desktop.engine.rewards.base import Attempt, RewardRule, Score


class Repetition(RewardRule):
    """Whether the answer goes round in circles."""

    id = "repetition"
    title = "No repetition"
    summary = "Rewards answers that never say the same two words in a row twice."
    order = 50

    def scorer(self, options: Any, device: str = "cpu") -> Score:
        """Return distinct-2 of Li et al. 2016, section 5: the share of pairs of neighbouring words that are no repeats.

        An answer of one word repeats nothing (1); one of no word says nothing (0).
        """
        return _varied


def _varied(attempts: Sequence[Attempt]) -> list[float]:
    return [_distinct(attempt.text.lower().split()) for attempt in attempts]


def _distinct(words: Sequence[str]) -> float:
    pairs = list(itertools.pairwise(words))
    return len(set(pairs)) / len(pairs) if pairs else float(bool(words))
