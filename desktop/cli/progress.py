"""A run's progress on a terminal as a bar, in a pipe as a few plain lines; it reads outlines and knows no engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop.cli.output import Output
from desktop.engine.evaluate.tasks import task_losses
from desktop.engine.events import Evaluated, Event, Noticed, PhaseStarted, Planned, Started
from desktop.flow.measures import first_measure, written
from desktop.flow.run_outline import Outline

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

DOING = {
    "": "Starting",
    "check": "Checking",
    "load": "Loading the model",
    "prepare": "Preparing the data",
    "train": "Training",
    "save": "Saving",
}
TENTHS = 10


class RunProgress:
    """Shows one run; a watcher for :func:`desktop.flow.follow.follow`."""

    def __init__(self, say: Callable[[str], None], bar: Bar | None, objective: str = "sft") -> None:
        """Write lines with ``say``, and draw on ``bar`` where there is one; ``objective`` says which figure counts."""
        self._say = say
        self._judged = first_measure(objective)
        self._bar = bar
        self._task: TaskID | None = None
        self._doing = ""
        self._tenth = 0

    def __call__(self, outline: Outline, events: Sequence[Event]) -> None:
        """Take in what just happened."""
        for event in events:
            self._tell(event)
        if self._bar is not None:
            self._draw(self._bar, outline)
        elif outline.phase == "train" and outline.total:
            self._tell_tenths(outline)

    def _tell(self, event: Event) -> None:
        match event:
            case Started(resumed_step=step) if step:
                self._say(f"Going on from step {step}.")
            case PhaseStarted(phase=phase):
                self._tenth = 0
                if self._bar is None:
                    self._say(f"{DOING[phase]}.")
            case Planned():
                self._say(
                    f"{event.rows_train:,} rows to learn from, {event.rows_validation:,} held out; "
                    f"{event.total_steps:,} steps; {event.trainable:,} of {event.parameters:,} weights are trained."
                )
            case Noticed(level="warning" | "error") | Noticed(code="mixture" | "leakage"):
                self._say(f"Note: {event.message} {event.hint}".rstrip())
            case Evaluated():
                value = event.metrics.get(self._judged.key, event.loss)
                said = f"{self._judged.title} {written(value, self._judged)}"
                self._say(f"{said} at step {event.step}{_by_task(event)}.")
            case _:
                pass

    def _tell_tenths(self, outline: Outline) -> None:
        tenth = outline.step * TENTHS // outline.total
        if tenth > self._tenth:
            self._tenth = tenth
            self._say(f"Step {outline.step} of {outline.total}, loss {_number(outline.loss)}{_left(outline)}.")

    def _draw(self, bar: Bar, outline: Outline) -> None:
        doing = _doing(outline)
        if self._task is None or doing != self._doing:
            # A new row a phase: a bar cannot forget the total it once had.
            if self._task is not None:
                bar.remove_task(self._task)
            self._task, self._doing = bar.add_task(doing, total=None, note=""), doing
        if outline.phase == "train" and outline.total:
            note = f"loss {_number(outline.loss)}  {_number(outline.speed, 0)} tokens/s{_left(outline)}"
            bar.update(self._task, completed=outline.step, total=outline.total, note=note)
            return
        inside = outline.progress
        bar.update(
            self._task,
            completed=inside.done if inside else 0,
            total=(inside.total or None) if inside else None,
            note=inside.what if inside else "",
        )


@contextmanager
def run_progress(out: Output, objective: str) -> Iterator[RunProgress]:
    """Make ready to show a run of ``objective`` on ``out``; the bar is gone afterwards."""
    if not out.is_terminal:
        yield RunProgress(out.say, None, objective)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    console = Console(file=out.stream)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        # Lines said while the bar is up go above it, through the console that redraws it.
        yield RunProgress(lambda text: console.print(text, markup=False, highlight=False), bar, objective)


def _doing(outline: Outline) -> str:
    return "Paused" if outline.paused else DOING.get(outline.phase, outline.phase)


def _by_task(event: Evaluated) -> str:
    losses = [f"{task} {_number(loss)}" for task, loss in task_losses(event.metrics).items()]
    return f" ({', '.join(losses)})" if losses else ""


def _number(value: float, digits: int = 3) -> str:
    return f"{value:,.{digits}f}" if math.isfinite(value) else "-"


def _left(outline: Outline) -> str:
    seconds = outline.seconds_left
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f", {minutes}:{rest:02d} left" if minutes else f", {rest} s left"
