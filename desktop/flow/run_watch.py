"""What deserves a look in a run, each in a sentence; it reads a folded run and knows no screen."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

from desktop.engine.evaluate.tasks import task_losses
from desktop.engine.events import Failed
from desktop.flow.amounts import loss, short, size
from desktop.flow.run_view import RunSnapshot, RunView

Tone = Literal["ok", "accent", "info", "warn", "bad"]

RISE = 1.02  # validation counts as turned up when it lies so far above its best
_URGENCY: dict[Tone, int] = {"bad": 0, "warn": 1, "ok": 2, "accent": 3, "info": 4}
_LEVELS: dict[str, Tone] = {"info": "info", "warning": "warn", "error": "bad"}


@dataclass(frozen=True)
class WatchRow:
    """One thing worth knowing.

    Attributes:
        tone: how much it matters.
        title: what is so.
        detail: where, and what it means.
        asks: whether the user should do something.
    """

    tone: Tone
    title: str
    detail: str = ""
    asks: bool = False


def watch(view: RunView, *, clip: float) -> list[WatchRow]:
    """Return what there is to know about a run, the most urgent first.

    Args:
        view: the run.
        clip: length above which gradients are shortened, 0 for never.
    """
    state = view.snapshot()
    rows = [
        *_end(state),
        *_losses(view),
        *_validation(state),
        *_tasks(state),
        *_spikes(view, clip),
        *_checkpoints(state),
        *_sessions(state),
    ]
    return sorted([*rows, *_notices(state)], key=lambda row: _URGENCY[row.tone])


def _end(state: RunSnapshot) -> list[WatchRow]:
    if not isinstance(state.ended, Failed):
        return []
    return [WatchRow("bad", f"Failed at step {state.step}", state.ended.hint or state.ended.message, asks=True)]


def _losses(view: RunView) -> list[WatchRow]:
    outline = view.outline
    if outline.step and not math.isfinite(outline.raw_loss):
        detail = f"step {outline.step}: training cannot go on from here; a lower learning rate usually helps"
        return [WatchRow("bad", "The loss is no number any more", detail, asks=True)]
    if outline.step and outline.raw_loss == 0.0:
        detail = f"step {outline.step}: nothing is left to learn, or no token is trained on; look at the data"
        return [WatchRow("warn", "The loss is exactly zero", detail, asks=True)]
    return []


def _validation(state: RunSnapshot) -> list[WatchRow]:
    looks = [look for look in state.looks if math.isfinite(look.loss)]
    if not looks:
        return []
    if len(looks) == 1:
        return [WatchRow("ok", f"Validation starts at {loss(looks[0].loss)}", f"step {looks[0].step}")]
    best, latest = min(looks, key=lambda look: (look.loss, look.step)), looks[-1]
    since = len([look for look in looks if look.step > best.step])
    told = any(notice.code == "overfitting" for notice in state.notices)  # by the engine, with more to it
    if since >= 2 and latest.loss > best.loss * RISE and not told:
        detail = f"best {loss(best.loss)}, now {loss(latest.loss)}: the model may be learning the rows by heart"
        return [WatchRow("warn", f"Validation turned up after step {best.step}", detail, asks=True)]
    if since:
        return [
            WatchRow("ok", f"Validation was best at step {best.step}", f"{loss(best.loss)}, now {loss(latest.loss)}")
        ]
    falls = sum(after.loss < before.loss for before, after in itertools.pairwise(looks))
    checks = len(looks) - 1
    return [WatchRow("ok", f"Validation still falling, {falls} of {checks} checks", f"step {latest.step}")]


def _tasks(state: RunSnapshot) -> list[WatchRow]:
    """Tell how each of several tasks stands, and where one gets worse while all of them together get better."""
    if state.latest is None:
        return []
    now = task_losses(state.latest.metrics)
    if not now:
        return []
    rows = [WatchRow("info", "By task: " + ", ".join(f"{task} {loss(value)}" for task, value in now.items()))]
    before = task_losses(state.looks[0].metrics)
    for task, value in now.items():
        start = before.get(task, value)
        if state.latest.loss < state.looks[0].loss and value > start * RISE:
            detail = f"from {loss(start)} to {loss(value)}: what the other sets teach costs it; give it more weight"
            rows.append(WatchRow("warn", f"{task} gets worse while the whole gets better", detail, asks=True))
    return rows


def _spikes(view: RunView, clip: float) -> list[WatchRow]:
    spikes = [(step, norm) for step, norm in view.curves.spikes if not clip or norm > clip]
    if not spikes:
        return []
    step, norm = spikes[-1]
    clipped = f", clipped to {clip:g}" if clip else ""
    if len(spikes) == 1:
        return [WatchRow("warn", f"One gradient spike, {short(norm)}{clipped}", f"step {step}")]
    return [WatchRow("warn", f"{len(spikes)} gradient spikes{clipped}", f"the last at step {step}, {short(norm)}")]


def _checkpoints(state: RunSnapshot) -> list[WatchRow]:
    if not state.checkpoints:
        return []
    step, room = state.checkpoints[-1]
    best = state.best is not None and state.best.step == step
    return [
        WatchRow("accent", "Checkpoint kept, best so far" if best else "Checkpoint kept", f"step {step}, {size(room)}")
    ]


def _sessions(state: RunSnapshot) -> list[WatchRow]:
    if state.sessions < 2:
        return []
    return [
        WatchRow("info", f"Resumed from step {state.resumed_step}", f"{state.sessions} engines worked on it so far")
    ]


def _notices(state: RunSnapshot) -> list[WatchRow]:
    rows: dict[str, tuple[WatchRow, int]] = {}
    for notice in state.notices:  # the same thing said again counts up and shows its newest words
        where = f"step {notice.step}" if notice.step else ""
        detail = ": ".join(part for part in (where, notice.hint) if part)
        row = WatchRow(_LEVELS.get(notice.level, "info"), notice.message, detail, asks=notice.level != "info")
        rows[notice.code] = (row, rows.get(notice.code, (row, 0))[1] + 1)
    return [
        WatchRow(row.tone, f"{row.title} ({times} times)" if times > 1 else row.title, row.detail, row.asks)
        for row, times in reversed(rows.values())
    ]
