"""The numbers of a run as series over its steps; it knows neither where they come from nor how they are drawn."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator

from desktop.engine.events import Evaluated, Planned, Step

SMOOTHING = 0.85  # share of the old value in an eased one: more would lag far behind in a run of few steps
SPIKE = 2.5  # a gradient so many times the usual one is a spike
SPIKE_WARM_UP = 10  # steps before anything is usual


class Series:
    """One number over the steps of a run, kept as two plain arrays so that a million points stay small.

    Attributes:
        steps: the steps, rising.
        values: the number at each of them; NaN where it was not finite.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.steps = array("q")
        self.values = array("d")

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return iter(zip(self.steps, self.values, strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Series):
            return NotImplemented
        return self.steps == other.steps and self.values.tobytes() == other.values.tobytes()  # NaN equals itself here

    __hash__ = None  # type: ignore[assignment]  # it grows

    def put(self, step: int, value: float) -> int:
        """Set the value at ``step``, replacing one that is there; return its place in the arrays."""
        if not self.steps or step > self.steps[-1]:
            self.steps.append(step)
            self.values.append(value)
            return len(self.steps) - 1
        place = bisect_left(self.steps, step)
        if self.steps[place] == step:
            self.values[place] = value
        else:
            self.steps.insert(place, step)
            self.values.insert(place, value)
        return place

    def forget_after(self, step: int) -> None:
        """Drop what lies behind ``step``: the run went back there."""
        place = bisect_left(self.steps, step + 1)
        del self.steps[place:]
        del self.values[place:]

    def last(self) -> float:
        """Return the newest value, NaN when there is none."""
        return self.values[-1] if self.values else math.nan

    def at(self, step: int) -> float | None:
        """Return the value at ``step``, or nothing."""
        place = bisect_left(self.steps, step)
        return self.values[place] if place < len(self.steps) and self.steps[place] == step else None


class Curves:
    """Every series of one run; what the plots and the table of numbers both read.

    Attributes:
        loss: as each step reported it.
        smoothed: the same, eased.
        validation: loss on the held-out rows.
        learning_rate: as each step reported it.
        gradient_norm: before clipping.
        speed: real tokens a second.
        memory: MiB as measured.
        planned: learning rate the plan foresees over the whole run.
        extra: the objective's own numbers by name, as steps reported them.
        held_out: the same as measured on the held-out rows, the loss not among them.
        spikes: steps whose gradient stood far above those before, with its norm.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.loss = Series()
        self.smoothed = Series()
        self.validation = Series()
        self.learning_rate = Series()
        self.gradient_norm = Series()
        self.speed = Series()
        self.memory = Series()
        self.planned = Series()
        self.extra: dict[str, Series] = {}
        self.held_out: dict[str, Series] = {}
        self.spikes: list[tuple[int, float]] = []
        self._usual_norm = math.nan
        self._norms_seen = 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Curves):
            return NotImplemented
        mine, others = vars(self), vars(other)
        return all(mine[name] == others[name] for name in mine if not name.startswith("_"))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def add_step(self, event: Step) -> None:
        """Take in one step; one done again replaces what it was before."""
        place = self.loss.put(event.step, event.loss)
        for index in range(place, len(self.loss)):  # more than one turn only where a step came out of order
            before = self.smoothed.values[index - 1] if index else math.nan
            self.smoothed.put(self.loss.steps[index], smooth(before, self.loss.values[index], index))
        self.learning_rate.put(event.step, event.learning_rate)
        self.gradient_norm.put(event.step, event.gradient_norm)
        self._look_for_spike(event)
        self.speed.put(event.step, event.tokens_per_second)
        self.memory.put(event.step, event.memory_mib)
        for name, value in event.extra.items():
            self.extra.setdefault(name, Series()).put(event.step, float(value))

    def add_evaluation(self, event: Evaluated) -> None:
        """Take in one look at the held-out rows."""
        self.validation.put(event.step, event.loss)
        for name, value in event.metrics.items():
            if name != "loss":
                self.held_out.setdefault(name, Series()).put(event.step, float(value))

    def add_plan(self, event: Planned) -> None:
        """Take in the plan: the learning rates spread evenly from the first step to the last."""
        self.planned = Series()
        gaps = max(1, len(event.schedule) - 1)
        for index, rate in enumerate(event.schedule):
            self.planned.put(1 + round(index * (event.total_steps - 1) / gaps), float(rate))

    def forget_after(self, step: int) -> None:
        """Drop what was measured behind ``step``: the run was resumed from there."""
        for series in (self.loss, self.smoothed, self.validation, self.learning_rate, self.gradient_norm, self.speed,
                       self.memory, *self.extra.values(), *self.held_out.values()):  # fmt: skip
            series.forget_after(step)
        self.spikes = [spike for spike in self.spikes if spike[0] <= step]
        self._usual_norm, self._norms_seen = math.nan, 0

    def _look_for_spike(self, event: Step) -> None:
        norm = event.gradient_norm
        if self._norms_seen >= SPIKE_WARM_UP and norm > SPIKE * self._usual_norm:
            self.spikes = [*(spike for spike in self.spikes if spike[0] < event.step), (event.step, norm)]
            norm = SPIKE * self._usual_norm  # what is unusual changes little of what is usual
        self._usual_norm = smooth(self._usual_norm, norm, self._norms_seen)
        self._norms_seen += 1


def smooth(before: float, value: float, index: int) -> float:
    """Return the eased value: a plain mean over the first steps, then each new one weighs the same; NaN is passed over.

    Args:
        before: the eased value one step earlier, NaN when there is none.
        value: the new value.
        index: how many values came before it.
    """
    if not math.isfinite(value):
        return before
    if not math.isfinite(before):
        return value
    weight = max(1.0 - SMOOTHING, 1.0 / (index + 1))
    return before + weight * (value - before)


class Sparkline:
    """A curve small enough for a table row: at most ``capacity`` points over the whole run, thinned as it grows."""

    def __init__(self, capacity: int = 48) -> None:
        """Start empty."""
        self._capacity = capacity
        self._stride = 1
        self._seen = 0
        self._points: list[tuple[int, float]] = []
        self._newest: tuple[int, float] | None = None

    def put(self, step: int, value: float) -> None:
        """Take in the next point; NaN is passed over."""
        if not math.isfinite(value):
            return
        self._newest = (step, value)
        if self._seen % self._stride == 0:
            self._points.append(self._newest)
            if len(self._points) >= self._capacity:
                self._points = self._points[::2]
                self._stride *= 2
        self._seen += 1

    def forget_after(self, step: int) -> None:
        """Drop what lies behind ``step``."""
        self._points = [point for point in self._points if point[0] <= step]
        self._newest = self._points[-1] if self._points else None

    def last(self) -> float:
        """Return the newest value, NaN when there is none."""
        return self._newest[1] if self._newest else math.nan

    def points(self) -> tuple[tuple[int, float], ...]:
        """Return the curve, its newest point included."""
        if self._newest is None or (self._points and self._points[-1] == self._newest):
            return tuple(self._points)
        return (*self._points, self._newest)
