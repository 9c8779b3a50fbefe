"""Saves checkpoints on a disk that may refuse: tells it, tries again, and holds the run while there is no room.

It knows nothing of what a checkpoint holds, nor of the trainer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from desktop.engine.events import CheckpointSaved, Paused, Unpaused
from desktop.engine.train.checkpoint import CheckpointStore
from desktop.engine.train.control import Wishes
from desktop.engine.train.disk import Disk
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.watch import is_disk_full

_POLL = 0.5  # seconds between two looks at the disk
_SPARE = 1.1  # so much more than a checkpoint takes must be free


class Savable(Protocol):
    """What is saved."""

    saved_step: int

    def write(self, folder: Path, disk: Disk) -> None:
        """Write all of it into ``folder``."""

    def state_bytes(self) -> int:
        """Return about how many bytes that is."""


class Saver:
    """Saves one run's checkpoints."""

    def __init__(self, what: Savable, emitter: Emitter, wishes: Wishes, store: CheckpointStore) -> None:
        """Save ``what`` in ``store``."""
        self._what = what
        self._emitter = emitter
        self._wishes = wishes
        self._store = store
        self._again = 0  # step from which on a failed save is tried again, 0 when none failed
        self._wait = 1
        self._full = False
        self._failed_step = -1

    def is_due(self, step: int) -> bool:
        """Tell whether a save that failed is to be tried again."""
        return 0 < self._again <= step

    def save(self, step: int) -> bool:
        """Write a checkpoint; a disk that refuses is told, and it is tried again after a step, then after two, four."""
        try:
            saved = self._store.save(step, self._what.write)
        except OSError as error:
            self._failed(error, step)
            return False
        self._again, self._wait, self._full = 0, 1, False
        self._what.saved_step = step
        folder = f"{self._store.folder.name}/{saved.folder.name}"
        self._emitter.emit(CheckpointSaved(step=step, folder=folder, bytes=saved.bytes))
        return True

    def save_or_hold(self, step: int) -> None:
        """Write a checkpoint; where the disk has no room for it, hold until there is, or until asked to go on."""
        if (self._failed_step != step and self.save(step)) or not self._full or self._has_room():
            return
        need = self._needed() / 2**20
        self._emitter.notice(
            "warning",
            "disk_full_pause",
            f"The run holds at step {step} because the disk is full: nothing is lost, and it goes on by itself as soon "
            f"as {need:,.0f} MB are free.",
            "Free some space. Resume goes on without this checkpoint, and tries again later.",
            step,
        )
        self._wishes.renewed()  # what was asked before is no answer to this
        self._emitter.emit(Paused(step=step))
        while not self._wishes.stops:
            time.sleep(_POLL)
            self._emitter.moved()
            asked = self._wishes.read()
            renewed = self._wishes.renewed()
            if ("checkpoint" in asked or self._has_room()) and self.save(step):
                break
            if renewed and not asked and self._wishes.wish == "run":
                break
        self._emitter.emit(Unpaused(step=step))

    def _failed(self, error: OSError, step: int) -> None:
        self._full, self._failed_step = is_disk_full(error), step
        self._again, self._wait = step + self._wait, min(self._wait * 2, 64)
        self._emitter.notice(
            "warning",
            "disk_full" if self._full else "checkpoint_failed",
            f"The checkpoint of step {step} could not be saved: "
            f"{'the disk is full' if self._full else error.strerror or 'the disk refused'}. The last good one is kept, "
            f"and it is tried again after step {self._again}.",
            "Free some space." if self._full else "Check that the workspace's disk is still there and writable.",
            step,
        )

    def _needed(self) -> int:
        return int(self._what.state_bytes() * _SPARE)

    def _has_room(self) -> bool:
        try:
            return self._store.free() >= self._needed()
        except OSError:
            return False
