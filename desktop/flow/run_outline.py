"""How far a run has come, folded from its events in constant space; it keeps no curves and asks no process."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from desktop.engine import events as ev
from desktop.flow.metrics import smooth

PACE_STEPS = 50  # the time left is told from the last so many steps


@dataclass
class Outline:
    """The standing of a run as its events tell it: what a table row, a progress bar and an ending sentence need.

    Attributes:
        sessions: how many engines have worked on it, one after the other.
        began: wall clock of the first start.
        ended: the last word, when there is one and nobody took the run up again.
        saved: bytes of every checkpoint told of, by step.
        evaluations: every look at the held-out rows, by step.
        earlier_seconds: working time of the engines before this one.
    """

    sessions: int = 0
    began: float = 0.0
    device: str = ""
    host: str = ""
    pid: int = 0
    resumed_step: int = 0
    phase: str = ""
    progress: ev.Progress | None = None
    plan: ev.Planned | None = None
    step: int = 0
    epoch: float = 0.0
    tokens: int = 0
    loss: float = math.nan
    raw_loss: float = math.nan
    first_loss: float = math.nan
    speed: float = math.nan
    memory_mib: float = math.nan
    peak_mib: float = 0.0
    paused: bool = False
    ended: ev.Finished | ev.Failed | None = None
    saved: dict[int, int] = field(default_factory=dict)
    evaluations: dict[int, ev.Evaluated] = field(default_factory=dict)
    earlier_seconds: float = 0.0
    session_seconds: float = 0.0
    last_time: float = 0.0
    warnings: int = 0
    _steps_seen: int = 0
    _pace: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=PACE_STEPS))

    @property
    def total(self) -> int:
        """Steps of the whole run, 0 while unknown."""
        return self.plan.total_steps if self.plan else 0

    @property
    def seconds(self) -> float:
        """Working time of all engines so far, told by their own steady clocks."""
        return self.earlier_seconds + self.session_seconds

    @property
    def best(self) -> ev.Evaluated | None:
        """The evaluation with the lowest loss."""
        finite = [found for found in self.evaluations.values() if math.isfinite(found.loss)]
        return min(finite, key=lambda found: (found.loss, found.step), default=None)

    @property
    def latest(self) -> ev.Evaluated | None:
        """The evaluation at the highest step."""
        return self.evaluations[max(self.evaluations)] if self.evaluations else None

    @property
    def seconds_left(self) -> float | None:
        """Time the remaining steps will take at the present pace, or nothing while that is unknown."""
        if self.ended or self.paused or not self.total or len(self._pace) < 3:
            return None
        (first, since), (last, until) = self._pace[0], self._pace[-1]
        if last <= first or until <= since:
            return None
        return (until - since) / (last - first) * max(0, self.total - self.step)

    def resumable_step(self) -> int:
        """Return the step of the newest checkpoint told of, 0 when there is none."""
        return max(self.saved, default=0)

    def fold(self, event: ev.Event) -> None:
        """Take in the next event."""
        self.session_seconds = max(self.session_seconds, event.elapsed)
        self.last_time = event.time or self.last_time
        match event:
            case ev.Started():
                self._start(event)
            case ev.PhaseStarted():
                self.phase, self.progress = event.phase, None
            case ev.Progress():
                self.progress = event
            case ev.Planned():
                self.plan = event
            case ev.Step():
                self._take_step(event)
            case ev.Evaluated():
                self.evaluations[event.step] = event
            case ev.CheckpointSaved():
                self.saved[event.step] = event.bytes
            case ev.Noticed():
                self.warnings += event.level != "info"
            case ev.Paused():
                self.paused = True
            case ev.Unpaused():
                self.paused = False
                self._pace.clear()
            case ev.Finished() | ev.Failed():
                self.ended, self.paused = event, False
                self.step = max(self.step, event.step)
                self.peak_mib = max(self.peak_mib, getattr(event, "peak_mib", 0.0))
            case _:
                pass

    def _start(self, event: ev.Started) -> None:
        if self.sessions:
            self.earlier_seconds += self.session_seconds
        self.session_seconds = event.elapsed
        self.began = self.began or event.time
        self.sessions += 1
        self.device, self.host, self.resumed_step = event.device, event.host, event.resumed_step
        self.pid = event.pid
        self.ended, self.paused, self.phase, self.progress = None, False, "", None
        self.step = min(self.step, event.resumed_step)
        self.saved = {step: size for step, size in self.saved.items() if step <= event.resumed_step}
        self.evaluations = {step: found for step, found in self.evaluations.items() if step <= event.resumed_step}
        self._pace.clear()

    def _take_step(self, event: ev.Step) -> None:
        self.step, self.epoch, self.tokens = event.step, event.epoch, event.tokens
        self.raw_loss = event.loss
        self.loss = smooth(self.loss, event.loss, self._steps_seen)
        if math.isnan(self.first_loss):
            self.first_loss = event.loss
        self.speed = smooth(self.speed, event.tokens_per_second, self._steps_seen)
        self.memory_mib = event.memory_mib
        if math.isfinite(event.memory_mib):
            self.peak_mib = max(self.peak_mib, event.memory_mib)
        self._steps_seen += 1
        self._pace.append((event.step, event.elapsed))
