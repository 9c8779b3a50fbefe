"""The queue as a screen shows it: rows in words, what can be done with each, how it stands; it draws nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.events import Finished
from desktop.engine.job import JobSpec
from desktop.engine.launch import launch_queue
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.queue import Entry, Queue
from desktop.engine.queue_work import on_device, work_in
from desktop.engine.recipe_folder import RecipeFolder
from desktop.engine.run_folder import RunFolder
from desktop.flow.runs import method_label, model_label, title_of

State = Literal["at_work", "next", "waiting"]
Action = Literal["up", "down", "first", "remove", "open"]

_WORDS: dict[State, str] = {"at_work": "At work", "next": "Next", "waiting": "Waiting"}
_DRIVER_STARTS = 10.0  # seconds a driver needs at most from its launch to its lock


@dataclass(frozen=True)
class QueueRow:
    """One thing that waits, in words.

    Attributes:
        folder: what names it to :class:`desktop.engine.queue.Queue`: ``runs/2026-11-25-bakery``.
        title: what the user calls it.
        about: model, objective and method in a few words; the stages of a recipe.
        position: its place from 1.
        state: at work, the next, or waiting.
        word: the state in one or two words.
        sentence: what happens with it, and why it waits.
        can: what can be done with it now.
    """

    folder: str
    title: str
    about: str
    position: int
    state: State
    word: str
    sentence: str
    can: tuple[Action, ...]


@dataclass(frozen=True)
class QueueState:
    """The whole queue at a glance.

    Attributes:
        rows: what waits, the next first.
        driven: whether it is being worked off.
        held: whether nothing more is to be started.
        busy: name of what is at work and does not stand in the queue, which the queue waits for; empty for none.
        sentence: how it stands, and what to do.
    """

    rows: tuple[QueueRow, ...] = ()
    driven: bool = False
    held: bool = False
    busy: str = ""
    sentence: str = ""


def queue_state(queue: Queue | None = None) -> QueueState:
    """Return how the queue stands now; what is over and not yet taken out of it is left out."""
    queue = queue or Queue()
    queued = queue.read()
    states = {entry.folder: _state(queue, entry) for entry in queued.entries}
    entries = [entry for entry in queued.entries if states[entry.folder] != "over"]
    at_work = {entry.folder for entry in entries if states[entry.folder] == "at_work"}
    names = [entry.name for entry in entries]
    busy = on_device(queue.root, names) if entries and not at_work else ""
    busy = "" if busy in names else busy  # its engine was launched this instant
    driven = queue.is_driven()
    upcoming = next((entry.folder for entry in entries if entry.folder not in at_work), "")
    rows = []
    for place, entry in enumerate(entries):
        state: State = "at_work" if entry.folder in at_work else "next" if entry.folder == upcoming else "waiting"
        title, about = _named(queue.path(entry))
        sentence = _sentence(state, place, busy, bool(at_work), driven=driven, held=queued.held)
        can = _actions(state, place, len(entries))
        rows.append(QueueRow(entry.folder, title, about, place + 1, state, _WORDS[state], sentence, can))
    return QueueState(tuple(rows), driven, queued.held, busy, _whole(rows, busy, driven=driven, held=queued.held))


def put(folder: Path) -> int:
    """Let a run or a recipe wait, to be begun or taken up again, and return its place from 1.

    Raises:
        RequestError: there is nothing to start in ``folder``, it is at work, or it is done.
    """
    work = work_in(folder)
    if work is None:
        raise RequestError("no_run", f"{folder.name} is no run and no recipe.", "`fettle runs` lists the runs.")
    sessions = work.sessions()
    state = work.state(sessions)
    if state == "at_work":
        raise RequestError("already_running", f"{folder.name} is being worked on right now.", "Let it finish.")
    if isinstance(end := _last_word(folder), Finished) and end.status != "stopped":
        raise RequestError("already_ended", f"{folder.name} has {end.status} already.", "Queue a new run of the job.")
    if (folder / "recipe.yaml").is_file():
        RecipeFolder(folder).say(None)  # why an earlier driver gave up says nothing about the next
    return Queue().add(folder, sessions)


def put_job(job: JobSpec) -> tuple[RunFolder, int]:
    """Make a run of ``job``, let it wait, and return it with its place from 1."""
    run = RunFolder.create(paths.runs(), job)
    return run, put(run.path)


def act(action: Action, folder: str) -> None:
    """Do what a row's button says; ``open`` is for the screen alone."""
    queue = Queue()
    place = queue.read().place(folder) + 1
    match action:
        case "up":
            queue.move(folder, place - 1)
        case "down":
            queue.move(folder, place + 1)
        case "first":
            queue.move(folder, 1)
        case "remove":
            queue.remove(folder)
        case "open":
            pass


def work_off() -> bool:
    """Let the queue be worked off, by a process that outlives us; return whether there is anything to do."""
    queue = Queue()
    queue.hold(held=False)
    if not queue.read().entries:
        return False
    if not queue.is_driven():
        launch_queue()
    return True


def until_driven(queue: Queue) -> bool:
    """Wait until a driver just started has taken its lock, or has nothing left to do; tell whether it did."""
    last = time.monotonic() + _DRIVER_STARTS
    while time.monotonic() < last:
        if queue.is_driven() or not queue.read().entries:
            return True
        time.sleep(0.1)
    return False


def hold() -> None:
    """Let nothing more be started; what is at work goes on to its end."""
    Queue().hold(held=True)


def _state(queue: Queue, entry: Entry) -> str:
    work = work_in(queue.path(entry))
    return work.state(entry.sessions) if work is not None else "over"


def _named(folder: Path) -> tuple[str, str]:
    """Return what the user calls a thing, and a few words about it; a damaged file leaves its folder's name."""
    try:
        if (folder / "recipe.yaml").is_file():
            spec = RecipeFolder(folder).spec()
            return spec.title, " > ".join(stage.title for stage in spec.stages)
        run = RunFolder(folder)
        job = run.job()
        objective = OBJECTIVES.get(job.objective.id).title
        return title_of(run) or job.name, f"{model_label(job)}, {objective}, {method_label(job)}"
    except RequestError as error:
        return folder.name, error.message


def _last_word(folder: Path) -> object:
    return next(reversed(RunFolder(folder).events()), None)


def _sentence(state: State, place: int, busy: str, working: bool, *, driven: bool, held: bool) -> str:
    if state == "at_work":
        return "An engine works on it. Taken out of the queue, it goes on to its end."
    if state == "waiting":
        return f"Waits for {'the one' if place == 1 else f'the {place}'} before it."
    if held:
        return "Waits: the queue is held."
    if busy:
        return f"Waits until {busy} is over."
    if working:
        return "Starts as soon as the one at work is over."
    return "Starts now." if driven else "Starts when the queue is started."


def _actions(state: State, place: int, count: int) -> tuple[Action, ...]:
    actions: list[Action] = []
    if state != "at_work":
        actions += ["up", "first"] if place > 0 else []
        actions += ["down"] if place < count - 1 else []
    return (*actions, "remove", "open")


def _whole(rows: Sequence[QueueRow], busy: str, *, driven: bool, held: bool) -> str:
    if not rows:
        return "Nothing waits."
    count = "1 thing is" if len(rows) == 1 else f"{len(rows)} things are"
    if held:
        return f"{count} in the queue, and it is held: nothing more is started."
    if not driven:
        return f"{count} in the queue, and nobody works it off. Start it."
    if busy:
        return f"{count} in the queue; the device is taken by {busy}."
    return f"{count} in the queue; one after the other takes the device."
