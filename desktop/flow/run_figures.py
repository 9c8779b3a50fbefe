"""The five figures over a run's plots, in words; it reads a snapshot and knows no screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from desktop.flow.amounts import MISSING, clock, count, duration, loss
from desktop.flow.measures import Change, changes, first_measure
from desktop.flow.run_end import LIVE, Standing
from desktop.flow.run_view import RunSnapshot

_DOING = {"check": "checking the job", "load": "loading the model", "prepare": "preparing the data", "train": "",
          "save": "saving the result"}  # fmt: skip


@dataclass(frozen=True)
class RunFigures:
    """Number and note of each figure, and how far the bar is.

    Attributes:
        step: step and of how many.
        time: time left and when it will be over; afterwards how long it took.
        loss: eased loss and where it started.
        judged: what the figure the objective is judged by is called.
        validation: its newest value on held-out rows; of a loss the best, of anything else what it was before.
        measured: every figure the objective is judged by, before and now; empty before the first look.
        speed: real tokens a second.
        share: how much of the run is done, 0 to 1.
    """

    step: tuple[str, str]
    time: tuple[str, str]
    loss: tuple[str, str]
    judged: str
    validation: tuple[str, str]
    measured: tuple[Change, ...]
    speed: tuple[str, str]
    share: float


def figures(state: RunSnapshot, standing: Standing, now: float, objective: str = "") -> RunFigures:
    """Return the figures of a run.

    Args:
        state: how far it has come.
        standing: how it stands.
        now: the wall clock, to say when it will be over.
        objective: id of what it learns from; without one it is judged by its loss.
    """
    first, told = first_measure(objective), measured(state, objective)
    change = next((one for one in told if one.measure == first), None)
    return RunFigures(
        step=(f"{state.step:,}" if state.total or state.step else MISSING, _step_note(state, standing)),
        time=_time(state, standing, now),
        loss=(loss(state.loss), f"from {loss(state.first_loss)}" if math.isfinite(state.first_loss) else ""),
        judged="Validation" if first.key == "loss" else first.title,
        validation=_validation(state) if first.key == "loss" else _judged(state, change),
        measured=told,
        speed=(count(state.speed), "real tokens/s" if math.isfinite(state.speed) else ""),
        share=_share(state),
    )


def measured(state: RunSnapshot, objective: str) -> tuple[Change, ...]:
    """Return the held-out figures the objective is judged by: before the first step, and at the newest look."""
    if state.latest is None:
        return ()
    before = next((look.metrics for look in state.looks if look.when == "before"), {})
    return changes(objective, before, state.latest.metrics)


def _step_note(state: RunSnapshot, standing: Standing) -> str:
    doing = _DOING.get(state.phase, "") if standing.status in LIVE else ""
    if doing and state.progress is not None and state.progress.total:
        doing = f"{state.progress.what} {state.progress.done:,} of {state.progress.total:,}"
    if doing and not state.step:
        return doing
    return f"of {state.total:,}" if state.total else ""


def _time(state: RunSnapshot, standing: Standing, now: float) -> tuple[str, str]:
    if standing.status in LIVE:
        if state.seconds_left is not None and state.phase == "train":
            return duration(state.seconds_left), f"done at {clock(now + state.seconds_left)}"
        return MISSING, "holds" if state.paused else f"at work for {duration(state.seconds)}"
    if not state.seconds:
        return MISSING, ""
    return duration(state.seconds), {"finished": "in all", "failed": "until it failed"}.get(
        standing.status, "until then"
    )


def _validation(state: RunSnapshot) -> tuple[str, str]:
    if state.latest is None:
        return MISSING, "not yet" if state.ended is None else ""
    best = state.best
    if best is None or best.step == state.latest.step:
        return loss(state.latest.loss), f"best, step {state.latest.step:,}"
    return loss(state.latest.loss), f"best {loss(best.loss)}, step {best.step:,}"


def _judged(state: RunSnapshot, change: Change | None) -> tuple[str, str]:
    if change is None:
        return MISSING, "not yet" if state.ended is None else ""
    return change.now_words, f"from {change.before_words}" if math.isfinite(change.before) else ""


def _share(state: RunSnapshot) -> float:
    return min(1.0, state.step / state.total) if state.total else 0.0
