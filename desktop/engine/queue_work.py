"""What can wait in the queue, a run or a whole recipe: how it stands and how it is started; it knows no order."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal

from desktop.engine.events import Failed, Finished, Started
from desktop.engine.launch import launch
from desktop.engine.run_folder import RunFolder

State = Literal["waiting", "at_work", "broken", "over"]
"""``broken`` was begun and ended without a last word: killed, or the machine went down."""


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


def work_in(folder: Path) -> Work | None:
    """Return what lies in ``folder``, ``None`` where that is nothing that can be started."""
    return RunWork(folder) if (folder / "job.yaml").is_file() else None


def _words(run: RunFolder) -> list[Started | Finished | Failed]:
    return [event for event in run.events() if isinstance(event, Started | Finished | Failed)]
