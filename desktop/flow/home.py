"""What Home says: recent runs, the machine and what can be continued, in words; it knows no widget."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from desktop.engine.hardware import Hardware
    from desktop.flow.run_end import Status
    from desktop.flow.runs import RunSummary

MOST_RUNS = 7
MOST_PROJECTS = 2
_GIB = 1024.0


@dataclass(frozen=True)
class RecentRun:
    """One run as Home lists it.

    Attributes:
        folder: which run.
        name: what the user calls it.
        note: model and method.
        curve: eased loss, oldest first.
        done: share of the planned steps that are done.
        status: what it does or how it ended, in a few words.
        state: the same as one of few words, for its colour.
        validation: loss on held-out rows, empty while unknown.
        when: in words.
    """

    folder: str
    name: str
    note: str
    curve: tuple[float, ...]
    done: float
    status: str
    state: Status
    validation: str
    when: str


@dataclass(frozen=True)
class Device:
    """The device that trains, for the card and the status bar.

    Attributes:
        title: its name.
        note: what it is here.
        free: memory that can be had now, in words.
        total: all of its memory, in words.
        used: the share in use, 0 to 1.
        said: what the rest is used for.
    """

    title: str
    note: str
    free: str
    total: str
    used: float
    said: str


@dataclass(frozen=True)
class Continued:
    """Something begun and not ended.

    Attributes:
        page: where it goes on.
        context: what that page is told.
        icon: what stands before it.
        title: its name.
        note: how far it came.
        share: done, 0 to 1, where that can be told.
    """

    page: str
    context: dict[str, object]
    icon: str
    title: str
    note: str
    share: float | None = None


@dataclass(frozen=True)
class HeroStep:
    """One of the four steps that "Try it now" takes."""

    title: str
    note: str


def hero_steps() -> list[HeroStep]:
    """Return what "Try it now" does here; reads the preset, the model's header and the sample file."""
    from desktop.engine.models.facts import facts_of
    from desktop.engine.models.library import resolve
    from desktop.flow.presets import preset

    job = preset("try_it_now").job
    model = resolve(job.model)
    parameters = facts_of(model.folder).parameters
    rows = sum(_lines(Path(source.path)) for source in job.data)
    rank = job.method.options.get("rank")
    return [
        HeroStep("Starter model", f"{model.title}, {parameters / 1e6:.1f} M weights"),
        HeroStep("Sample data", f"{rows:,} bakery questions"),
        HeroStep(f"LoRA, rank {rank}" if rank else "LoRA", "a small addition"),
        HeroStep("Compare in chat", "base beside tuned"),
    ]


def continued() -> list[Continued]:
    """Return everything begun and not ended; reads small files."""
    draft = begun_draft()
    return [*begun_projects(), *([draft] if draft else [])]


def begun_projects() -> list[Continued]:
    """Return the preference projects with pairs left to judge, last touched first."""
    from desktop import paths
    from desktop.engine.preferences.projects import projects_in

    open_ones = [one for one in projects_in(paths.preferences()) if not one.trouble and one.judged < one.pairs]
    return [
        Continued(
            "preferences",
            {"project": str(one.path)},
            "preferences",
            one.title,
            f"{one.judged:,} of {one.pairs:,} pairs judged",
            one.judged / one.pairs,
        )
        for one in open_ones[:MOST_PROJECTS]
    ]


def judged_words() -> str:
    """Return how many judgements there are in all projects, empty while there is none."""
    from desktop import paths
    from desktop.engine.preferences.projects import projects_in

    total = sum(one.judged for one in projects_in(paths.preferences()))
    return f"{total:,}" if total else ""


def models_words() -> str:
    """Return how many models are at hand; reads the heads of their folders."""
    from desktop.engine.models.library import available

    return f"{len(available()):,}"


def recent_runs(summaries: Sequence[RunSummary], now: float | None = None) -> list[RecentRun]:
    """Return the newest runs in words."""
    moment = time.time() if now is None else now
    return [_recent(summary, moment) for summary in summaries[:MOST_RUNS]]


def live_run(summaries: Sequence[RunSummary]) -> RunSummary | None:
    """Return the run to show in the rail: one that an engine works on now, the newest first."""
    return next((summary for summary in summaries if summary.is_live), None)


def progress_words(run: RunSummary) -> str:
    """Return how far ``run`` is, on one line."""
    if run.status == "starting" or not run.total:
        return "starting"
    far = f"{run.step:,} of {run.total:,}"
    if run.status == "paused":
        return f"{far}, paused"
    return far if run.seconds_left is None else f"{far}, {time_left(run.seconds_left)}"


def time_left(seconds: float) -> str:
    """Return a remaining time as one reads it at a glance."""
    if seconds < 60:
        return f"{max(1, math.ceil(seconds))} s left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min left"
    return f"{minutes // 60} h {minutes % 60:02d} left"


def when_words(moment: float, now: float) -> str:
    """Return a moment in the words a list uses: the time today, ``Yesterday``, then the day."""
    then, today = time.localtime(moment), time.localtime(now)
    days = (_noon(today) - _noon(then)) / 86_400
    if round(days) <= 0:
        return time.strftime("%H:%M", then)
    if round(days) == 1:
        return "Yesterday"
    month = time.strftime("%b", then)
    return f"{then.tm_mday} {month}" if then.tm_year == today.tm_year else f"{then.tm_mday} {month} {then.tm_year}"


def training_device(machine: Hardware) -> Device:
    """Return the device that ``auto`` trains on here."""
    if machine.gpus:
        card = machine.gpus[0]
        used = 1 - card.free_mib / max(1, card.total_mib)
        return Device(
            card.name.removeprefix("NVIDIA "),
            f"Training device, {'bf16' if card.bf16 else 'no bf16'}",
            _gb(card.free_mib),
            _gb(card.total_mib),
            used,
            f"{_gb(card.total_mib - card.free_mib)} used by other programs",
        )
    used = 1 - machine.memory_free_mib / max(1, machine.memory_mib)
    return Device(
        short_cpu(machine.cpu),
        f"Training device, {machine.cores} {'core' if machine.cores == 1 else 'cores'}",
        _gb(machine.memory_free_mib),
        _gb(machine.memory_mib),
        used,
        f"{_gb(machine.memory_mib - machine.memory_free_mib)} used by other programs",
    )


def device_line(machine: Hardware) -> str:
    """Return the device in one phrase, for the status bar."""
    if machine.gpus:
        return machine.gpus[0].name.removeprefix("NVIDIA ")
    return f"CPU, {machine.cores} {'core' if machine.cores == 1 else 'cores'}"


def short_cpu(name: str) -> str:
    """Return a processor's name without the maker's ornaments."""
    for noise in ("(R)", "(TM)", "(tm)", " CPU", " Processor"):
        name = name.replace(noise, "")
    return " ".join(name.partition(" @ ")[0].split())


def disk_words(machine: Hardware) -> str:
    """Return the room for runs."""
    return f"{_gb(machine.disk_free_mib)} free"


def memory_words(machine: Hardware) -> str:
    """Return the main memory that is free of all there is."""
    return f"{machine.memory_free_mib / _GIB:.1f} of {_gb(machine.memory_mib)} free"


def begun_draft() -> Continued | None:
    """Return the wizard's unfinished draft, if there is one that can be read."""
    from desktop.flow.wizard_answers import STEPS
    from desktop.flow.wizard_draft import load_draft

    try:
        draft = load_draft()
    except RequestError:
        return None
    if draft is None or not draft.touched:
        return None
    place = STEPS.index(draft.step) + 1 if draft.step in STEPS else 1
    return Continued(
        "wizard",
        {"resume_draft": True},
        "edit",
        f"Draft: {draft.name}" if draft.name else "Draft of a fine-tune",
        f"Stopped at step {place}, {draft.step.capitalize()}",
    )


def _recent(run: RunSummary, now: float) -> RecentRun:
    status = run.word
    if run.status == "running" and run.total:
        status = f"Step {run.step:,} of {run.total:,}"
    return RecentRun(
        folder=run.folder,
        name=run.name,
        note=" · ".join(part for part in (run.model, run.method) if part),
        curve=tuple(value for _, value in run.sparkline),
        done=run.step / run.total if run.is_live and run.total else 1.0,
        status=status,
        state=run.status,
        validation="" if math.isnan(run.validation) else f"{run.validation:.3f}",
        when="now" if run.is_live else when_words(run.when, now),
    )


def _lines(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(1 for line in stream if line.strip())


def _noon(day: time.struct_time) -> float:
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 12, 0, 0, 0, 0, -1))


def _gb(mib: float) -> str:
    gigabytes = mib / _GIB
    return f"{gigabytes:.0f} GB" if gigabytes >= 100 else f"{gigabytes:.1f} GB"
