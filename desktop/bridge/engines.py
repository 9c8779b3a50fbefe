"""The engine processes this program started: their launch and their exit codes; it knows nothing of what they do."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from desktop.engine.run_folder import RunFolder


class Launch(Protocol):
    """What starts an engine on a run (``desktop.engine.launch.launch``)."""

    def __call__(self, run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
        """Start the engine, detached."""


Exits = Callable[[], Mapping[str, int | None]]


class Engines:
    """Engines by run; asked from several threads. None of them is ended from here: an engine outlives the window."""

    def __init__(self, launch: Launch) -> None:
        """Remember how to start one."""
        self._launch = launch
        self._processes: dict[str, subprocess.Popen[bytes] | None] = {}
        self._guard = threading.Lock()

    def expect(self, name: str) -> None:
        """Say that an engine for the run ``name`` is about to be started."""
        with self._guard:
            self._processes[name] = None

    def start(self, run: RunFolder, *, resume: bool) -> None:
        """Start an engine; raise :class:`UserError` where the system refuses."""
        try:
            process = self._launch(run, resume=resume)
        except BaseException:
            self.forget(run.name)
            raise
        with self._guard:
            self._processes[run.name] = process

    def exits(self) -> dict[str, int | None]:
        """Return the engines started here: how each ended, nothing while it works or is about to."""
        with self._guard:
            return {name: process.poll() if process else None for name, process in self._processes.items()}

    def is_working(self, name: str) -> bool:
        """Tell whether an engine started here works on the run, or is about to."""
        return self.exits().get(name, 0) is None

    def forget(self, name: str) -> None:
        """Drop the engine of a run, which goes on all the same."""
        with self._guard:
            process = self._processes.pop(name, None)
        if process is not None:
            let_go(process)

    def close(self) -> None:
        """Drop all of them; those that work go on."""
        with self._guard:
            names = list(self._processes)
        for name in names:
            self.forget(name)


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Part from a process without waiting for it; Python would warn of one that is still running."""
    if process.poll() is None:
        process.returncode = 0
