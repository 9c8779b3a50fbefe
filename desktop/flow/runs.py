"""The runs of a workspace as table rows, kept up to date from what was appended; it knows no process and no screen."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Failed, Finished, Started, Step, parse_line
from desktop.engine.heartbeat import Pulse
from desktop.engine.job import JobSpec
from desktop.engine.queue import Queue
from desktop.engine.run_folder import EventTail, RunFolder, write_atomically
from desktop.flow.measures import Change, changes, first_measure
from desktop.flow.metrics import Sparkline
from desktop.flow.run_end import LIVE, WAITING, Standing, Status, standing
from desktop.flow.run_labels import method_label as method_label
from desktop.flow.run_labels import model_label as model_label
from desktop.flow.run_outline import Outline

READ_AT_ONCE = 8 * 1024 * 1024
STEPS_READ = 300  # of a long backlog: that many steps spread over it, and as many newest ones
YOUNG_SECONDS = 30.0  # an engine needs that long at most from its launch to its first word
_STEP_HEAD = b'{"kind":"step"'


@dataclass(frozen=True)
class RunSummary:
    """One run in a list; numbers not known yet are NaN.

    Attributes:
        folder: name of its folder, which names the run everywhere.
        path: the folder itself.
        name: what the user calls it.
        status: for colours and filters.
        word: for the status chip.
        sentence: what happened and what is safe.
        hint: what to do about it.
        step: last step done.
        total: steps of the whole run, 0 while unknown.
        loss: eased training loss.
        validation: newest loss on the held-out rows.
        best: lowest loss on the held-out rows.
        before: the same before training.
        judged: the figure its objective is judged by, before training and now; nothing while it was not measured.
        when: wall clock of its start.
        seconds: working time so far.
        seconds_left: at the present pace, nothing while unknown.
        sparkline: (step, eased loss), few enough for a row.
        model: the base model in a few words.
        method: the method in a few words.
        objective: id of what it learns from.
        quantization: how the base is stored.
        speed: real tokens a second.
        peak_mib: most memory seen.
        resume_step: the step a resumed run goes on from, nothing when it cannot be resumed.
        has_model: whether there is a result to chat with and to export.
        warnings: notices that are more than information.
        bytes: room it takes on the disk, 0 while an engine works on it.
        still: seconds for which the engine at work on it has not moved.
    """

    folder: str
    path: Path
    name: str
    status: Status
    word: str
    sentence: str
    hint: str
    step: int
    total: int
    loss: float
    validation: float
    best: float
    before: float
    judged: Change | None
    when: float
    seconds: float
    seconds_left: float | None
    sparkline: tuple[tuple[int, float], ...]
    model: str
    method: str
    objective: str
    quantization: str
    speed: float
    peak_mib: float
    resume_step: int | None
    has_model: bool
    warnings: int
    bytes: int
    still: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether an engine works on it now."""
        return self.status in LIVE


@dataclass
class _Entry:
    """What is remembered of one run between two looks."""

    run: RunFolder
    tail: EventTail
    pulse: Pulse
    outline: Outline = field(default_factory=Outline)
    sparkline: Sparkline = field(default_factory=Sparkline)
    stamp: tuple[object, ...] = ()
    job: JobSpec | None = None
    trouble: str = ""
    title: str = ""
    summary: RunSummary | None = None


class Shelf:
    """All runs below one folder; each look reads only what was appended since the last."""

    def __init__(self, root: Path) -> None:
        """Point at the folder of runs; nothing is read yet."""
        self.root = root
        self._entries: dict[str, _Entry] = {}

    def look(self, exits: Mapping[str, int | None] | None = None) -> list[RunSummary]:
        """Return every run, newest first.

        Args:
            exits: engines this process started, by run: their exit code, nothing while they work.
        """
        ours = exits or {}
        here = {run.name: run for run in RunFolder.all_in(self.root)}
        for gone in self._entries.keys() - here.keys():
            del self._entries[gone]
        queued = waiting(self.root)
        found = [self._summary(run, ours, waits=run.name in queued) for run in here.values()]
        return sorted(found, key=lambda summary: (summary.when, summary.folder), reverse=True)

    def _summary(self, run: RunFolder, ours: Mapping[str, int | None], *, waits: bool) -> RunSummary:
        entry = self._entries.get(run.name)
        if entry is None:
            entry = self._entries[run.name] = _Entry(run, EventTail(run), Pulse(run.path))
        working = run.name in ours and ours[run.name] is None
        files = (run.events_file, about_file(run), run.path, run.checkpoints, run.model)
        stamp = (working, waits, *map(_stamp, files))
        if entry.summary and stamp == entry.stamp and not entry.summary.is_live:
            return entry.summary
        entry.stamp = stamp
        _read(entry)
        alive = entry.outline.ended is None and is_worked_on(run, entry.outline, ours)
        if not alive:
            _read(entry)  # the engine's last words may have come between the two looks
        still = entry.pulse.still() if alive else 0.0
        code, saved = ours.get(run.name), newest_saved(run)
        state = standing(entry.outline, alive=alive, exit_code=code, saved_step=saved, still=still)
        if waits and entry.outline.sessions == 0 and not run.is_alive():
            state = WAITING
        entry.summary = _row(entry, state, still)
        return entry.summary


def waiting(root: Path) -> frozenset[str]:
    """Return the names of the runs below ``root`` that stand in its workspace's queue; none where it is damaged."""
    try:
        entries = Queue(root.parent).read().entries
    except UserError:
        return frozenset()
    return frozenset(entry.name for entry in entries if entry.folder == f"{root.name}/{entry.name}")


def about_file(run: RunFolder) -> Path:
    """Return the file with what the user says about a run; ``job.yaml`` never changes after the start."""
    return run.path / "about.json"


def title_of(run: RunFolder) -> str:
    """Return the name the user gave a run after its start, empty when none."""
    try:
        title = json.loads(about_file(run).read_text(encoding="utf-8"))["title"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return title if isinstance(title, str) else ""


def rename(run: RunFolder, title: str) -> None:
    """Give a run another name to be shown by; its folder stays, so that nothing that refers to it breaks."""
    if not title.strip():
        raise RequestError("no_name", "A run needs a name.", "Write at least one letter.")
    write_atomically(about_file(run), json.dumps({"title": title.strip()[:120]}, ensure_ascii=False))


def newest_saved(run: RunFolder) -> int:
    """Return the step of the newest whole checkpoint on disk, 0 when there is none; its sums are not checked here."""
    try:
        steps = [int(path.name) for path in run.checkpoints.iterdir() if path.name.isascii() and path.name.isdigit()]
    except OSError:
        return 0
    whole = [step for step in sorted(steps, reverse=True) if _is_whole(run.checkpoints, step)]
    return whole[0] if whole else 0


def size_of(folder: Path) -> int:
    """Return the bytes of all files below ``folder``; links are not followed."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # gone between the listing and the look
                total += os.lstat(os.path.join(root, name)).st_size
    return total


def is_worked_on(run: RunFolder, outline: Outline, ours: Mapping[str, int | None]) -> bool:
    """Tell whether an engine works on a run, or is on its way to its first word.

    Args:
        run: its folder.
        outline: what its events tell.
        ours: engines this process started, by run: their exit code, nothing while they work.
    """
    if run.name in ours and ours[run.name] is None:
        return True
    if run.is_alive():
        return True
    return run.name not in ours and outline.sessions == 0 and _is_young(run)


def _is_young(run: RunFolder) -> bool:
    try:
        age = time.time() - run.job_file.stat().st_mtime
    except OSError:
        return False
    return -1.0 < age < YOUNG_SECONDS


def _is_whole(checkpoints: Path, step: int) -> bool:
    return any((checkpoints / name / "manifest.json").is_file() for name in (f"{step:06d}", str(step)))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return (-1, -1)
    return (state.st_size, state.st_mtime_ns)


def _read(entry: _Entry) -> None:
    if entry.job is None and not entry.trouble:
        try:
            entry.job = entry.run.job()
        except RequestError as error:
            entry.trouble = str(error)
    entry.title = title_of(entry.run)
    while lines := entry.tail.lines(READ_AT_ONCE):
        for line in _worth_reading(lines):
            event = parse_line(line)
            if event is None:
                continue
            entry.outline.fold(event)
            if isinstance(event, Step):
                entry.sparkline.put(event.step, entry.outline.loss)
            elif isinstance(event, Started):
                entry.sparkline.forget_after(event.resumed_step)
                entry.outline.loss = entry.sparkline.last()


def _worth_reading(lines: list[bytes]) -> Iterable[bytes]:
    """Return all lines, but of very many steps only some: a table row shows no more than that."""
    places = [index for index, line in enumerate(lines) if line.startswith(_STEP_HEAD)]
    if len(places) <= 2 * STEPS_READ:
        return lines
    stride = max(1, (len(places) - STEPS_READ) // STEPS_READ)
    kept = {*places[:-STEPS_READ:stride], *places[-STEPS_READ:]}
    return (line for index, line in enumerate(lines) if index in kept or not line.startswith(_STEP_HEAD))


def _row(entry: _Entry, state: Standing, still: float) -> RunSummary:
    outline, job, run = entry.outline, entry.job, entry.run
    latest, best = outline.latest, outline.best
    before = next((found.loss for found in outline.evaluations.values() if found.when == "before"), math.nan)
    validation = latest.loss if latest else math.nan
    if isinstance(outline.ended, Finished):
        before = _metric(outline.ended, "before", before)
        validation = _metric(outline.ended, "after", validation)
    try:
        made = run.job_file.stat().st_mtime
    except OSError:
        made = 0.0
    return RunSummary(
        folder=run.name,
        path=run.path,
        name=entry.title or (job.name if job else run.name),
        status=state.status,
        word=state.word,
        sentence=f"{state.sentence} {entry.trouble}".strip(),
        hint=state.hint,
        step=outline.step,
        total=outline.total,
        loss=outline.loss,
        validation=validation,
        best=best.loss if best else validation,
        before=before,
        judged=_judged(outline, job.objective.id) if job else None,
        when=outline.began or made,
        seconds=outline.seconds,
        seconds_left=outline.seconds_left if state.status in LIVE else None,
        sparkline=entry.sparkline.points(),
        model=model_label(job) if job else "",
        method=method_label(job) if job else "",
        objective=job.objective.id if job else "",
        quantization=job.quantization if job else "none",
        speed=outline.speed,
        peak_mib=outline.peak_mib,
        resume_step=state.resume_step if job else None,
        has_model=state.status in ("finished", "stopped") and run.model.is_dir(),
        warnings=outline.warnings + isinstance(outline.ended, Failed),
        bytes=0 if state.status in LIVE else size_of(run.path),
        still=still,
    )


def _judged(outline: Outline, objective: str) -> Change | None:
    """Return the figure an objective is judged by; the end of a run says it more surely than its last look."""
    looks = [outline.evaluations[step].metrics for step in sorted(outline.evaluations)]
    first = next((look.metrics for look in outline.evaluations.values() if look.when == "before"), {})
    ended = outline.ended.metrics if isinstance(outline.ended, Finished) else {}
    before, after = ended.get("before") or first, ended.get("after") or (looks[-1] if looks else {})
    key = first_measure(objective).key
    return next((change for change in changes(objective, before, after) if change.measure.key == key), None)


def _metric(end: Finished, when: str, otherwise: float) -> float:
    value = end.metrics.get(when, {}).get("loss", otherwise)
    return value if isinstance(value, (int, float)) else otherwise
