"""Works off the queue: one thing after the other takes the device; it knows neither screens nor what a run does.

Nothing is kept in this process that the queue's file and the folders do not tell: killed at any moment and started
again, it goes on. What it starts is detached and outlives it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from dataclasses import replace

import filelock

from desktop.engine.errors import UserError
from desktop.engine.queue import Entry, Queue, Queued
from desktop.engine.queue_work import on_device, work_in

LOOK_EVERY = 1.0
_TRIES = 3  # of what is found broken, or never says a word: more would hold up all others for ever
_PATIENCE = 2.0  # whoever asks whether the queue is driven holds the lock for an instant


class Driver:
    """Starts what is next whenever nothing is at work."""

    def __init__(self, queue: Queue) -> None:
        """Point at a queue; nothing is read yet."""
        self._queue = queue
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._ended: set[str] = set()

    def until_done(self, lock: filelock.FileLock) -> None:
        """Work until nothing waits, or nothing more is to be started; ``lock``, the driver's, is let go at the end."""
        while True:
            self.look()
            # Whoever adds to the queue and then finds the lock held must be able to rely on us.
            with self._queue.editing():
                queue = self._queue.read()
                if queue.held or (not queue.entries and self._process is None):
                    lock.release()
                    return
            time.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Drop what is over, and start the next where the device is free."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            _say(f"{self._folder} ended with exit code {self._process.returncode}.")
            self._ended.add(self._folder)
            self._process = None
        queue = self._queue.read()
        if queue.entries and not on_device(self._queue.root, [entry.name for entry in queue.entries]):
            self._queue.change(self._next)

    def _next(self, queue: Queued) -> Queued:
        """Return the queue without what is over; the first of the others is started, unless nothing is to be."""
        left = [entry for entry in queue.entries if self._stays(entry)]
        if not left or queue.held:
            return replace(queue, entries=tuple(left))
        entry = left[0]
        work = work_in(self._queue.path(entry))
        try:
            self._process = work.start() if work is not None else None
            self._folder = entry.folder
            _say(f"{entry.folder} is started.")
        except UserError as error:
            _say(f"{entry.folder}: {error}")
        return replace(queue, entries=(replace(entry, tries=entry.tries + 1), *left[1:]))

    def _stays(self, entry: Entry) -> bool:
        work = work_in(self._queue.path(entry))
        state = work.state(entry.sessions) if work is not None else "over"
        if state == "at_work":
            return True
        # An engine that died before our eyes would die again; one that died with us, or with the machine, goes on.
        died = state == "broken" and entry.folder in self._ended
        if state == "over" or died or entry.tries >= _TRIES:
            _say(f"{entry.folder} leaves the queue: {state}, started {entry.tries} times.")
            return False
        return True


def main() -> int:
    """Work off the queue of the workspace; return 0 where that is done or another is at it, 1 where it failed."""
    queue = Queue()
    lock = queue.driver_lock()
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout:
        _say("Another driver works off this queue.")
        return 0
    try:
        Driver(queue).until_done(lock)
        return 0
    except (UserError, OSError) as error:
        _say(str(error))
        return 1
    finally:
        with contextlib.suppress(OSError):
            lock.release()


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stdout.flush()
