"""How a run stands or ended, in words: what happened, what is safe, what to do; it knows neither files nor screens."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal

from desktop.engine import events as ev
from desktop.flow.run_outline import Outline

Status = Literal[
    "waiting", "starting", "running", "paused", "finished", "stopped", "discarded", "failed", "interrupted"
]

STILL_SECONDS = 300.0  # so long may a batch, a generation or a load take without anybody being worried
LIVE: frozenset[Status] = frozenset({"starting", "running", "paused"})
_WHILE = {
    "": "before it could begin",
    "check": "while checking the job",
    "load": "while loading the model",
    "prepare": "while preparing the data",
    "save": "while saving the result",
}
_WINDOWS_ENDS = {
    0xC0000005: "crashed inside a library (access violation)",
    0xC0000017: "was ended by the system, likely because memory ran out",
    0xC00000FD: "crashed inside a library (stack overflow)",
    0xC0000135: "could not start because a system library is missing",
    0xC000013A: "was ended from outside",
}


@dataclass(frozen=True)
class Standing:
    """What there is to say of a run at a glance.

    Attributes:
        status: the state, for colours and filters.
        word: one or two words for the status chip.
        sentence: what happened and what is safe.
        hint: what to do about it, empty when nothing.
        resume_step: the step a resumed run goes on from; nothing when it cannot be resumed.
    """

    status: Status
    word: str
    sentence: str
    hint: str = ""
    resume_step: int | None = None


WAITING = Standing("waiting", "In the queue", "The run waits for the device.", "`fettle queue list` shows the order.")
"""How a run stands that no engine has begun yet, since others come before it."""


def standing(
    outline: Outline,
    *,
    alive: bool,
    exit_code: int | None = None,
    saved_step: int | None = None,
    still: float = 0.0,
) -> Standing:
    """Tell how a run stands.

    Args:
        outline: what its events tell.
        alive: whether an engine works on it now.
        exit_code: how the engine's process ended, where it was ours and has ended.
        saved_step: newest checkpoint found on disk; what the events tell of when nobody has looked.
        still: seconds for which the engine at work has not moved, by its heartbeat.
    """
    saved = outline.resumable_step() if saved_step is None else saved_step
    match outline.ended:
        case ev.Finished():
            return _finished(outline.ended, outline, saved)
        case ev.Failed():
            return _failed(outline.ended, saved)
    if alive and still >= STILL_SECONDS and not outline.paused:
        return _stands_still(outline, still, saved)
    return _at_work(outline) if alive else _interrupted(outline, exit_code, saved)


def how_it_ended(exit_code: int | None) -> str:
    """Return the half sentence after "The engine" for a process that ended without a last word."""
    if exit_code is None:
        return "ended without a word"
    if exit_code & 0xFFFFFFFF in _WINDOWS_ENDS:
        return _WINDOWS_ENDS[exit_code & 0xFFFFFFFF]
    if exit_code < 0:
        return _signalled(-exit_code)
    if exit_code > 128 and exit_code - 128 in set(signal.Signals):  # a shell in between reports signals so
        return _signalled(exit_code - 128)
    return "ended without a word" if exit_code == 0 else f"ended with an error (exit code {exit_code})"


def _signalled(number: int) -> str:
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    if name == "SIGKILL":
        return "was killed from outside, as the system does when memory runs out"
    if name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT"):
        return f"crashed inside a library ({name})"
    if name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"):
        return f"was ended from outside ({name})"
    if name == "SIGXFSZ":
        return "was ended because a file grew beyond what the system allows"
    return f"was ended by {name}"


def _at_work(outline: Outline) -> Standing:
    if outline.paused:
        return Standing(
            "paused", "Paused", f"The run holds at {_of(outline.step, outline.total)}.", "Go on whenever you like."
        )
    if outline.phase == "save":
        return Standing("running", "Saving", "The steps are done; the result is being saved.")
    if outline.phase == "train":
        return Standing("running", "Training", f"The run is at {_where(outline)}.")
    doing = _WHILE.get(outline.phase, "").removeprefix("while ")
    return Standing("starting", "Starting", f"The engine is {doing}." if outline.phase else "The engine is starting.")


def _stands_still(outline: Outline, still: float, saved: int) -> Standing:
    minutes = int(still // 60)
    place = _where(outline)
    place = place if place.startswith(("while", "before")) else f"at {place}"
    return Standing(
        "running",
        "Not moving",
        f"The run has not moved for {minutes} minutes; it stands {place}. {_safe(saved)}",
        "The machine may be asleep, busy or waiting for a disk. If nothing changes, end the process "
        f"{outline.pid} on {outline.host or 'its machine'} and resume the run.",
    )


def _finished(end: ev.Finished, outline: Outline, saved: int) -> Standing:
    total = outline.total
    if end.status == "finished":
        if end.step < total:
            told = f"The run ended by itself at {_of(end.step, total)} and the model is saved."
            return Standing("finished", "Finished", told)
        return Standing("finished", "Finished", f"All {_steps(end.step)} are done and the model is saved.")
    if end.status == "discarded":
        return Standing("discarded", "Discarded", f"Stopped at {_of(end.step, total)}; its result was thrown away.")
    resume = saved if 0 < saved < total else None
    hint = f"Resume goes on from step {saved}." if resume else ""
    return Standing(
        "stopped", "Stopped", f"Stopped at {_of(end.step, total)}; the model is saved as it was then.", hint, resume
    )


def _failed(end: ev.Failed, saved: int) -> Standing:
    return Standing("failed", "Failed", f"{end.message} {_safe(saved)}".strip(), end.hint, saved)


def _interrupted(outline: Outline, exit_code: int | None, saved: int) -> Standing:
    where = _where(outline)
    place = where if where.startswith(("while", "before")) else f"at {where}"
    ended = how_it_ended(exit_code)
    sentence = f"The engine {ended}{',' if ',' in ended else ''} {place}. {_safe(saved)}"
    goes_on = f"Resume goes on from step {saved}." if saved else "It can only start again from the beginning."
    return Standing("interrupted", "Interrupted", sentence, goes_on, saved)


def _safe(saved: int) -> str:
    return f"Everything up to step {saved} is saved." if saved else "Nothing was saved yet."


def _where(outline: Outline) -> str:
    if outline.phase == "save":
        return _WHILE["save"]
    if not outline.step and outline.phase != "train":
        return _WHILE.get(outline.phase, "before its first step")
    return _of(outline.step, outline.total)


def _of(step: int, total: int) -> str:
    return f"step {step} of {total}" if total else f"step {step}"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
