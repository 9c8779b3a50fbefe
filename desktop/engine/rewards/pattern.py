"""Rewards answers that a regular expression fits, within a limit of time; it knows the answer alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import regex
from pydantic import field_validator

from desktop.engine.errors import RequestError
from desktop.engine.options import Options, option
from desktop.engine.rewards.base import Attempt, RewardRule, Score

_SECONDS = 0.25
"""For one answer: an honest pattern takes a thousandth of it, a catastrophic one would take years."""
_LONGEST = 500


class PatternOptions(Options):
    """What an answer should hold."""

    pattern: str = option(
        "",
        label="Pattern",
        help="A regular expression; capitals do not matter. Plain words stand for themselves, .* for anything.",
    )
    counts: Literal["found", "missing", "share"] = option(
        "found",
        label="Reward",
        help="found: 1 where it is in the answer. missing: 1 where it is not. share: the part of the answer it covers.",
    )

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        if not value:
            message = "there is no pattern; write one, such as thank you"
            raise ValueError(message)
        compiled(value)
        return value


class Pattern(RewardRule):
    """Whether a pattern is in the answer."""

    id = "regex"
    title = "Pattern"
    summary = "Rewards answers in which a regular expression is found, or is not, or by how much of them it covers."
    order = 20
    options: ClassVar[type[Options]] = PatternOptions

    def scorer(self, options: PatternOptions, device: str = "cpu") -> Score:
        """Return the rule; it raises :class:`RequestError` where the pattern takes too long for an answer."""
        pattern = compiled(options.pattern)

        def score(attempts: Sequence[Attempt]) -> list[float]:
            return [_reward(pattern, attempt.text, options.counts) for attempt in attempts]

        return score


def compiled(pattern: str) -> Any:
    """Return ``pattern`` ready to search with; raise :class:`ValueError` with the reason where it is none."""
    if len(pattern) > _LONGEST:
        message = f"the pattern has {len(pattern)} signs; {_LONGEST} is the most"
        raise ValueError(message)
    try:
        return regex.compile(pattern, regex.IGNORECASE | regex.DOTALL | regex.VERSION0)
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        message = f"this is no regular expression ({error}); put a backslash before signs that are meant as they are"
        raise ValueError(message) from error


def _reward(pattern: Any, text: str, counts: str) -> float:
    try:
        if counts == "share":
            covered = sum(found.end() - found.start() for found in pattern.finditer(text, timeout=_SECONDS))
            return covered / len(text) if text else 0.0
        found = pattern.search(text, timeout=_SECONDS) is not None
    except TimeoutError as error:
        raise RequestError(
            "slow_pattern",
            f"The pattern {pattern.pattern!r} was still searching an answer of {len(text)} characters after "
            f"{_SECONDS:g} seconds, so it would hold up the training for ever.",
            "Write it without repeats inside repeats: (a+)+ says no more than a+.",
        ) from error
    return float(found if counts == "found" else not found)
