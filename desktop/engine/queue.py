"""What waits for the device of this machine, in an order that can be changed; it starts nothing (see ``queue_driver``).

The queue is one file in the workspace. Each change reads it, changes it and replaces it while a lock is held, so that a
window, a command and the driver may change it at the same time, and a kill in between leaves the old or the new.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import filelock

from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.run_folder import write_atomically

SCHEMA = 1
FILE = "queue.json"
_PATIENCE = 10.0  # whoever changes the queue holds its lock for some milliseconds


@dataclass(frozen=True)
class Entry:
    """One thing that waits.

    Attributes:
        folder: its folder from the workspace on, ``runs/2026-11-25-bakery``; nothing waits twice.
        sessions: how often an engine had begun on it when it was put in; it has begun again once there are more.
        tries: how often the driver has started it since.
    """

    folder: str
    sessions: int = 0
    tries: int = 0

    @property
    def name(self) -> str:
        """The last part of its folder, which names it everywhere."""
        return self.folder.rpartition("/")[2]


@dataclass(frozen=True)
class Queued:
    """The queue as it stands.

    Attributes:
        entries: what waits, the next first; what is at work stands among them until it is over.
        held: whether nothing more is to be started.
    """

    entries: tuple[Entry, ...] = ()
    held: bool = False

    def place(self, folder: str) -> int:
        """Return where ``folder`` stands, from 0; raise :class:`RequestError` where it does not wait."""
        for place, entry in enumerate(self.entries):
            if folder in (entry.folder, entry.name):
                return place
        raise RequestError("not_queued", f"{folder} is not in the queue.", "`fettle queue list` shows what waits.")


class Queue:
    """The queue of one workspace.

    Attributes:
        root: the workspace.
    """

    def __init__(self, root: Path | None = None) -> None:
        """Point at the queue of ``root``, the user's workspace where nothing is said; nothing is read yet."""
        self.root = paths.workspace() if root is None else root

    @property
    def file(self) -> Path:
        """Where the order is kept."""
        return self.root / FILE

    def read(self) -> Queued:
        """Return the queue as it stands, empty where there is none; raise :class:`UserError` where it is damaged."""
        try:
            values = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Queued()
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(self.file) from error
        return self._parsed(values)

    def add(self, folder: Path, sessions: int = 0) -> int:
        """Let ``folder`` wait behind all others and return its place from 1; where it waits already, it stays there."""
        name = self.name_of(folder)

        def changed(queue: Queued) -> Queued:
            if any(entry.folder == name for entry in queue.entries):
                return queue
            return replace(queue, entries=(*queue.entries, Entry(name, sessions)))

        return self.change(changed).place(name) + 1

    def move(self, folder: str, to: int) -> int:
        """Put an entry at the place ``to``, from 1, the nearest there is, and return it."""

        def changed(queue: Queued) -> Queued:
            entries = list(queue.entries)
            entry = entries.pop(queue.place(folder))
            entries.insert(min(max(to - 1, 0), len(entries)), entry)
            return replace(queue, entries=tuple(entries))

        return self.change(changed).place(folder) + 1

    def remove(self, folder: str) -> None:
        """Let an entry wait no longer; its folder, and an engine that is at work on it, are left alone."""

        def changed(queue: Queued) -> Queued:
            gone = queue.place(folder)
            return replace(queue, entries=(*queue.entries[:gone], *queue.entries[gone + 1 :]))

        self.change(changed)

    def hold(self, *, held: bool) -> None:
        """Let nothing more be started, or let it go on."""
        self.change(lambda queue: replace(queue, held=held))

    def change(self, changed: Callable[[Queued], Queued]) -> Queued:
        """Replace the queue by what ``changed`` makes of it and return that; nobody else changes it meanwhile."""
        with self.editing():
            before = self.read()
            after = changed(before)
            if after != before:
                values = {"schema": SCHEMA, "held": after.held, "entries": [asdict(entry) for entry in after.entries]}
                write_atomically(self.file, json.dumps(values, ensure_ascii=False, indent=1))
            return after

    @contextlib.contextmanager
    def editing(self) -> Iterator[None]:
        """Hold the queue for one change; raise :class:`UserError` where somebody else does not let go of it."""
        lock = filelock.FileLock(self.root / ".queue.lock", timeout=_PATIENCE)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise UserError(
                "queue_busy", "Another program is changing the queue and does not come to an end.", "Try again."
            ) from error
        except OSError as error:
            raise UserError(
                "cannot_write",
                f"The queue in {self.root} cannot be changed: {error.strerror}.",
                "Check the permissions of the workspace.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def driver_lock(self) -> filelock.FileLock:
        """Return the lock that the one driver of this queue holds; the system frees that of a killed one."""
        return filelock.FileLock(self.root / ".queue-driver.lock")

    def is_driven(self) -> bool:
        """Tell whether a driver works the queue off; asking takes its lock for an instant."""
        try:
            with self.driver_lock().acquire(timeout=0):
                return False
        except filelock.Timeout:
            return True
        except OSError:  # a workspace that cannot be written to: nothing is driven from it
            return False

    def path(self, entry: Entry) -> Path:
        """Return the folder of an entry."""
        return self.root / entry.folder

    def name_of(self, folder: Path) -> str:
        """Return a folder as entries name it; raise :class:`RequestError` where it lies outside the workspace."""
        whole = folder.resolve()
        if whole == self.root.resolve() or not paths.is_inside(whole, self.root):
            raise RequestError(
                "not_here", f"{folder} does not lie in this workspace.", f"The queue takes what lies in {self.root}."
            )
        return whole.relative_to(self.root.resolve()).as_posix()

    def _parsed(self, values: Any) -> Queued:
        try:
            if values["schema"] > SCHEMA:
                raise UserError(
                    "newer_queue", "The queue was written by a newer version of Fettle.", "Update Fettle to use it."
                )
            entries = tuple(
                Entry(str(one["folder"]), int(one.get("sessions", 0)), int(one.get("tries", 0)))
                for one in values["entries"]
            )
            inside = [self.name_of(self.root / entry.folder) == entry.folder for entry in entries]
            if not all(inside):
                raise _unreadable(self.file)
            return Queued(entries, bool(values.get("held", False)))
        except (KeyError, TypeError, ValueError, AttributeError, RequestError) as error:
            raise _unreadable(self.file) from error


def _unreadable(file: Path) -> UserError:
    return UserError(
        "bad_queue",
        f"The queue cannot be read: {file} is damaged. The runs themselves are untouched.",
        "Move that file away and put the runs into the queue again.",
    )
