"""How far judgements can be trusted: consistency, preference for a side, agreement of two people, haste.

It knows judgements and arithmetic, and nothing of storage.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.engine.preferences.judgement import Judgement, Pair

HASTY_MILLISECONDS = 1500
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Rate:
    """A share of some trials with its exact binomial interval.

    Attributes:
        hits: how often it happened.
        trials: how often it could have.
        low: lower end of the 95 % interval (Clopper and Pearson).
        high: upper end.
    """

    hits: int
    trials: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Return the share itself, a half where nothing was tried."""
        return self.hits / self.trials if self.trials else 0.5


def rate(hits: int, trials: int) -> Rate:
    """Return ``hits`` of ``trials`` with the exact interval: the shares that do not make it an unlikely outcome."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, trials, p), tail)
    high = 1.0 if hits == trials else _solve(lambda p: -_at_most(hits, trials, p), -tail)
    return Rate(hits, trials, low, high)


def self_consistency(judgements: Sequence[Judgement]) -> Rate:
    """Return on how many hidden repeats the verdict was the same as the first time."""
    first: dict[int, str] = {}
    for judgement in judgements:
        if not judgement.repeat:
            first[judgement.pair_id] = judgement.verdict
    repeats = [judgement for judgement in judgements if judgement.repeat and judgement.pair_id in first]
    same = sum(judgement.verdict == first[judgement.pair_id] for judgement in repeats)
    return rate(same, len(repeats))


def left_rate(judgements: Sequence[Judgement]) -> Rate:
    """Return how often the left answer won; sides are random, so a fair judge comes out near a half."""
    sides = Counter(judgement.choice for judgement in judgements if judgement.preferred)
    return rate(sides["left"], sides["left"] + sides["right"])


def longer_rate(judgements: Sequence[Judgement], pairs: Sequence[Pair]) -> Rate:
    """Return how often the longer answer won: far from a half, length may be what is being judged."""
    by_id = {pair.id: pair for pair in pairs}
    won = tried = 0
    for judgement in judgements:
        pair = by_id.get(judgement.pair_id)
        if pair is None or judgement.preferred is None:
            continue
        length_a, length_b = pair.tokens_a or len(pair.a), pair.tokens_b or len(pair.b)
        if length_a != length_b:
            tried += 1
            won += (judgement.preferred == "a") == (length_a > length_b)
    return rate(won, tried)


def win_rate(judgements: Sequence[Judgement], pairs: Sequence[Pair], contender: str) -> tuple[Rate, int]:
    """Return how often the answer of ``contender`` won against another's, and how many such pairs were ties."""
    speakers = {pair.id: {side: str(_source(pair, side).get("contender", "")) for side in ("a", "b")} for pair in pairs}
    won = tried = ties = 0
    for judgement in judgements:
        speaker = speakers.get(judgement.pair_id, {})
        if judgement.repeat or contender not in speaker.values() or speaker["a"] == speaker["b"]:
            continue
        if judgement.preferred is None:
            ties += 1
        else:
            tried += 1
            won += speaker[judgement.preferred] == contender
    return rate(won, tried), ties


def hasty(judgements: Sequence[Judgement]) -> int:
    """Return how many judgements came faster than anybody reads."""
    return sum(judgement.milliseconds < HASTY_MILLISECONDS for judgement in judgements)


def warnings(judgements: Sequence[Judgement]) -> list[str]:
    """Return what the person judging should know, each in a sentence."""
    found = []
    left = left_rate(judgements)
    if left.trials >= 20 and not left.low <= 0.5 <= left.high:
        side = "left" if left.share > 0.5 else "right"
        share = max(left.share, 1 - left.share)
        found.append(
            f"The {side} answer won {share:.0%} of the time, though sides are random: look at both before choosing."
        )
    quick = hasty(judgements)
    if quick and quick >= len(judgements) * 0.1:
        found.append(
            f"{quick} judgements took less than {HASTY_MILLISECONDS / 1000:g} seconds, too short to read both."
        )
    same = self_consistency(judgements)
    if same.trials >= 5 and same.share < 0.7:
        found.append(f"Only {same.hits} of {same.trials} repeated pairs were judged the same way the second time.")
    return found


def cohen_kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Return the agreement of two people on the same pairs, chance taken out: 1 is perfect, 0 is chance.

    Cohen 1960, "A coefficient of agreement for nominal scales", equation 1.
    """
    if len(one) != len(other):
        message = f"both must have judged the same pairs: {len(one)} and {len(other)} verdicts"
        raise ValueError(message)
    if not one:
        return math.nan
    size = len(one)
    observed = sum(a == b for a, b in zip(one, other, strict=True)) / size
    counts, others = Counter(one), Counter(other)
    expected = sum(counts[verdict] * others[verdict] for verdict in counts) / size**2
    return 1.0 if expected == 1.0 else (observed - expected) / (1 - expected)


def kappa_between(judgements: Sequence[Judgement], one: str, other: str) -> float:
    """Return Cohen's kappa of two annotators over the pairs both judged."""
    verdicts: dict[str, dict[int, str]] = {one: {}, other: {}}
    for judgement in judgements:
        if judgement.annotator in verdicts and not judgement.repeat:
            verdicts[judgement.annotator][judgement.pair_id] = judgement.verdict
    shared = sorted(verdicts[one].keys() & verdicts[other].keys())
    return cohen_kappa([verdicts[one][pair] for pair in shared], [verdicts[other][pair] for pair in shared])


def _source(pair: Pair, side: str) -> dict[str, Any]:
    found = pair.sources.get(side)
    return found if isinstance(found, dict) else {}


def _at_most(hits: int, trials: int, p: float) -> float:
    """Return the chance of at most ``hits``, summed in logarithms so that thousands of trials stay exact."""
    if p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 1.0 if hits >= trials else 0.0
    log_p, log_q = math.log(p), math.log1p(-p)
    whole = math.lgamma(trials + 1)
    logs = (
        whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_p + (trials - k) * log_q
        for k in range(hits + 1)
    )
    return min(1.0, math.fsum(math.exp(value) for value in logs))


def _solve(rising: Callable[[float], float], target: float) -> float:
    """Return where ``rising`` reaches ``target`` between 0 and 1, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2
