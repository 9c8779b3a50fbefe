"""What can wait in the queue, a run or a whole recipe: how it stands and how it is started; it knows no order."""

from __future__ import annotations

import contextlib
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import psutil

from desktop import paths
from desktop.engine.events import Failed, Finished, Started
from desktop.engine.launch import launch
from desktop.engine.recipe_driver import launch_driver
from desktop.engine.recipe_folder import RecipeFolder
from desktop.engine.run_folder import RunFolder

State = Literal["waiting", "at_work", "broken", "over"]
"""``broken`` was begun and ended without a last word: killed, or the machine went down."""


_ABOUT_TO_START = 5.0  # seconds from a new run's folder to its engine's lock, on a slow machine


class Work(ABC):
    """One thing that takes the device from its start to its end.

    Attributes:
        path: its folder.
    """

    def __init__(self, path: Path) -> None:
        """Point at a folder."""
        self.path = path

    @abstractmethod
    def state(self, sessions: int) -> State:
        """Return how it stands, put into the queue when ``sessions`` engines had begun on it."""

    @abstractmethod
    def sessions(self) -> int:
        """Return how many engines have begun on it."""

    @abstractmethod
    def start(self) -> subprocess.Popen[bytes]:
        """Start it, or go on with it, detached."""


class RunWork(Work):
    """A run."""

    def state(self, sessions: int) -> State:
        """Tell by its lock and its events; what an engine did before it was put into the queue does not count."""
        run = RunFolder(self.path)
        if run.is_alive():
            return "at_work"
        words = _words(run)
        if sum(isinstance(word, Started) for word in words) <= sessions:
            return "waiting"
        return "broken" if isinstance(words[-1], Started) else "over"

    def sessions(self) -> int:
        """Count the first words of engines."""
        return sum(isinstance(word, Started) for word in _words(RunFolder(self.path)))

    def start(self) -> subprocess.Popen[bytes]:
        """Start the engine; one that has begun before goes on from its last checkpoint."""
        return launch(RunFolder(self.path), resume=self.sessions() > 0)


class RecipeWork(Work):
    """A whole recipe: its driver takes the device for one stage after the other."""

    def state(self, sessions: int) -> State:
        """Tell by its driver's lock and by its stages."""
        recipe = RecipeFolder(self.path)
        states = set(recipe.states().values())
        if recipe.is_driven() or "running" in states:
            return "at_work"
        if recipe.word() is not None or states == {"finished"}:
            return "over"
        if self.sessions() <= sessions:
            return "waiting"
        return "over" if states & {"failed", "stopped", "discarded"} else "broken"

    def sessions(self) -> int:
        """Count the engines of all its stages."""
        recipe = RecipeFolder(self.path)
        runs = (recipe.run_of(stage) for stage in recipe.run_names())
        return sum(RunWork(run.path).sessions() for run in runs if run is not None)

    def start(self) -> subprocess.Popen[bytes]:
        """Start its driver, which goes on where an earlier one was."""
        return launch_driver(RecipeFolder(self.path))


def work_in(folder: Path) -> Work | None:
    """Return what lies in ``folder``, ``None`` where that is nothing that can be started."""
    if (folder / "recipe.yaml").is_file():
        return RecipeWork(folder)
    return RunWork(folder) if (folder / "job.yaml").is_file() else None


def on_device(root: Path, waiting: Collection[str]) -> str:
    """Return the name of what is at work on this machine for the workspace ``root``; empty where nothing is.

    Args:
        root: the workspace.
        waiting: names of the runs that wait: a new one of those is not about to be started by somebody else.
    """
    for run in RunFolder.all_in(root / "runs"):
        if run.is_alive() or (run.name not in waiting and _is_about_to_start(run)):
            return run.name
    driven = (recipe.name for recipe in RecipeFolder.all_in(root / "recipes") if recipe.is_driven())
    return next(driven, "") or _engine_elsewhere(root)


def _is_about_to_start(run: RunFolder) -> bool:
    """Tell whether a run was made just now and has no first word: whoever made it is about to launch its engine."""
    with contextlib.suppress(OSError):
        return not run.events_file.exists() and 0 <= time.time() - run.job_file.stat().st_mtime < _ABOUT_TO_START
    return False


def _engine_elsewhere(root: Path) -> str:
    """Return the name of what an engine of this workspace works on outside its runs: a trial in a folder of its own.

    An engine that was launched this instant and holds no lock yet is found as well.
    """
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "--engine" in words[:-1]:
            with contextlib.suppress(psutil.Error, OSError):
                chosen = process.environ().get(paths.WORKSPACE_VARIABLE)
                workspace = Path(chosen).expanduser() if chosen else Path.home() / "Fettle"
                if workspace.resolve() == root.resolve():
                    return Path(words[words.index("--engine") + 1]).name
    return ""


def _words(run: RunFolder) -> list[Started | Finished | Failed]:
    return [event for event in run.events() if isinstance(event, Started | Finished | Failed)]
