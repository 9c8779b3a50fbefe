"""The list of runs as the user wants to see it: found, filtered, each value in words; it knows no table widget."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from desktop.flow.amounts import count, duration, gigabytes, loss, moment
from desktop.flow.run_end import LIVE, Status
from desktop.flow.runs import RunSummary

GROUPS: dict[str, frozenset[Status]] = {
    "Any status": frozenset(),
    "At work": LIVE,
    "In the queue": frozenset({"waiting"}),
    "Finished": frozenset({"finished"}),
    "Stopped": frozenset({"stopped", "discarded"}),
    "Broke off": frozenset({"failed", "interrupted"}),
}


@dataclass(frozen=True)
class RunRow:
    """One run in words; an empty text is something not known yet."""

    folder: str
    name: str
    model: str
    method: str
    status: Status
    word: str
    sentence: str
    steps: str
    loss: str
    validation: str
    to_base: str
    judged: str
    speed: str
    peak: str
    time: str
    started: str


def found(runs: Iterable[RunSummary], words: str, group: str) -> list[RunSummary]:
    """Return the runs that hold every word and belong to ``group``, in their order."""
    wanted = words.casefold().split()
    statuses = GROUPS.get(group, frozenset())
    return [
        run
        for run in runs
        if (not statuses or run.status in statuses) and all(word in _haystack(run) for word in wanted)
    ]


def row(run: RunSummary, now: float) -> RunRow:
    """Return a run in words; ``now`` is the wall clock."""
    change = run.validation - run.before
    return RunRow(
        folder=run.folder,
        name=run.name,
        model=run.model,
        method=run.method,
        status=run.status,
        word=f"{run.step:,} / {run.total:,}" if run.status == "running" and run.total else run.word,
        sentence=f"{run.sentence} {run.hint}".strip(),
        steps=(f"{run.step:,} of {run.total:,}" if run.total else f"{run.step:,}") if run.step else "",
        loss=_known(run.loss, loss),
        validation=_known(run.validation, loss),
        to_base=f"{change:+.2f}".replace("-", "\N{MINUS SIGN}") if math.isfinite(change) else "",
        judged=f"{run.judged.measure.title} {run.judged.words}" if run.judged else "",
        speed=_known(run.speed, count),
        peak=gigabytes(run.peak_mib) if run.peak_mib else "",
        time=duration(run.seconds) if run.seconds else "",
        started=moment(run.when, now),
    )


def _haystack(run: RunSummary) -> str:
    return " ".join(
        (run.name, run.folder, run.model, run.method, run.objective, run.quantization, run.word, run.status)
    ).casefold()


def _known(value: float, write: object) -> str:
    return str(write(value)) if math.isfinite(value) and callable(write) else ""
