"""What a learning-rate sweep measured and which rate it suggests, as plain data; it knows no model and trains nothing.

The rate grows exponentially from step to step while the loss is watched (Smith 2017, Cyclical Learning Rates for
Training Neural Networks, section 3.3). Below some rate nothing moves; above another the loss rises again; between them
it falls, and fastest where a good rate for the whole run lies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SMOOTHING = 0.9  # weight of what was seen before, in the running mean of the loss
DECADES_BELOW, DECADES_ABOVE = 2.0, 2.0  # around the method's usual rate
HIGHEST = 10.0
_WARM = 3  # steps before the running mean says anything
_GAIN = 0.05  # of the first loss; a smaller fall is noise
_GIVEN_BACK = 0.6  # of the best gain; a loss that lost that much again has diverged
_RISEN = 1.3  # times the first loss
_WIDTH = 0.25  # decades on each side over which the slope is fitted
_BELOW_LOWEST = 3.0  # the rate of the lowest loss is already at the edge: never suggest more than a third of it


@dataclass(frozen=True)
class RatePoint:
    """One step of the sweep.

    Attributes:
        step: from 1.
        rate: learning rate of the step.
        loss: of the step's rows, before the weights moved.
        smoothed: running mean of the loss.
    """

    step: int
    rate: float
    loss: float
    smoothed: float


@dataclass(frozen=True)
class RateSweep:
    """A finished sweep.

    Attributes:
        points: every step.
        usual: the method's default for this model.
        suggestion: the rate to take, ``None`` where the sweep shows none.
        steepest: rate at which the loss falls fastest, ``None`` where it never falls.
        lowest: rate at which the loss is lowest.
        diverged: rate at which the loss was lost, ``None`` where it never was.
        seconds: time the sweep took.
        sentence: what was found, what it means, what to do.
    """

    points: tuple[RatePoint, ...]
    usual: float
    suggestion: float | None
    steepest: float | None
    lowest: float | None
    diverged: float | None
    seconds: float
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the form programs read; a loss that is no number becomes ``None``."""
        points = [
            {"step": p.step, "rate": p.rate, "loss": _plain(p.loss), "smoothed": _plain(p.smoothed)}
            for p in self.points
        ]
        return {
            "points": points, "usual": self.usual, "suggestion": self.suggestion, "steepest": self.steepest,
            "lowest": self.lowest, "diverged": self.diverged, "seconds": round(self.seconds, 2),
            "sentence": self.sentence,
        }  # fmt: skip


def rates(usual: float, steps: int) -> list[float]:
    """Return ``steps`` rates, evenly spaced on a log scale around the method's usual one."""
    low = math.log10(usual) - DECADES_BELOW
    high = min(math.log10(HIGHEST), math.log10(usual) + DECADES_ABOVE)
    return [10 ** (low + (high - low) * step / max(1, steps - 1)) for step in range(steps)]


class Smoothed:
    """A running mean of the loss, without the pull towards its start, and whether the loss is lost."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._mean, self._seen = 0.0, 0
        self._first = self._best = math.inf

    def add(self, loss: float) -> float:
        """Take one loss and return the mean."""
        self._seen += 1
        self._mean = SMOOTHING * self._mean + (1 - SMOOTHING) * loss
        mean = self._mean / (1 - SMOOTHING**self._seen)
        if self._seen == _WARM:
            self._first = mean
        if self._seen >= _WARM:
            self._best = min(self._best, mean)
        return mean

    def is_lost(self, mean: float) -> bool:
        """Tell whether the loss has diverged: no number, far above its start, or most of what it gained given back."""
        if not math.isfinite(mean) or mean > _RISEN * self._first:
            return True
        gained = self._first - self._best
        return gained > _GAIN * self._first and mean - self._best > _GIVEN_BACK * gained


def judged(points: Sequence[RatePoint], usual: float, seconds: float, *, diverged: bool) -> RateSweep:
    """Return the sweep with its suggestion and a sentence; ``diverged`` says that the last point is where it broke."""
    finite = [point for point in points[_WARM - 1 :] if math.isfinite(point.smoothed)]
    broke = points[-1].rate if diverged and points else None
    lowest = min(finite, key=lambda point: point.smoothed).rate if finite else None
    steepest = _steepest(finite)
    suggestion = None
    if steepest is not None and lowest is not None:
        suggestion = _rounded(min(steepest, lowest / _BELOW_LOWEST))
    return RateSweep(
        tuple(points), usual, suggestion, steepest, lowest, broke, seconds, _sentence(suggestion, usual, broke, points)
    )


def _steepest(points: Sequence[RatePoint]) -> float | None:
    """Return the rate where a straight line through the points around it falls fastest on a log scale."""
    if len(points) < 2 * _WARM:
        return None
    best, found = 0.0, None
    fallen = points[0].smoothed - min(point.smoothed for point in points)
    for middle in points:
        near = [p for p in points if abs(math.log10(p.rate / middle.rate)) <= _WIDTH]
        if len(near) >= _WARM:
            slope = _slope([math.log10(p.rate) for p in near], [p.smoothed for p in near])
            if slope < best:
                best, found = slope, middle.rate
    return found if fallen > _GAIN * abs(points[0].smoothed) else None


def _slope(xs: list[float], ys: list[float]) -> float:
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0


def _rounded(rate: float) -> float:
    return round(rate, 1 - math.floor(math.log10(rate)))


def _sentence(suggestion: float | None, usual: float, broke: float | None, points: Sequence[RatePoint]) -> str:
    if suggestion is None:
        if broke is not None:
            return (
                f"The loss broke away at {broke:.2g} without having fallen before, so no rate can be read from this "
                f"sweep. Keep the usual {usual:.2g}, or sweep again with a larger batch."
            )
        reached = f"up to {points[-1].rate:.2g}" if points else "at any rate"
        return (
            f"The loss did not fall clearly {reached}, so no rate can be read from this sweep. Keep the usual "
            f"{usual:.2g}, or sweep again with more steps."
        )
    until = f"and it breaks away at {broke:.2g}" if broke is not None else f"and it holds up to {points[-1].rate:.2g}"
    if usual / 3 <= suggestion <= usual * 3:
        beside = f"The usual rate here, {usual:.2g}, is as good: rates within a factor of three train alike."
    else:
        beside = f"That is {'above' if suggestion > usual else 'below'} the usual {usual:.2g}; try it on a short run."
    return f"Take about {suggestion:.2g}: the loss falls fastest near it, {until}. {beside}"


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
