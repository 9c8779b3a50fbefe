"""Tells a working engine from a hung one: a small file is written anew every few seconds, saying how long it has stood.

It knows nothing of what the work is. No two clocks are compared: the engine counts by its own steady clock for how long
nothing has moved, and the reader by its own for how long the file has not changed, so a clock set back or two machines
with different times on one shared folder mislead nobody.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE = "heartbeat.json"
EVERY = 5.0  # seconds between two beats


class Heart:
    """Beats in a thread of its own for as long as the process can do anything at all."""

    def __init__(self, folder: Path, *, every: float = EVERY, clock: Callable[[], float] = time.monotonic) -> None:
        """Write into ``folder``; nothing is written yet."""
        self._file = folder / FILE
        self._beside = folder / f".{FILE}.{os.getpid()}"
        self._every = every
        self._clock = clock
        self._moved = clock()
        self._beats = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._go, name="heartbeat", daemon=True)

    def moved(self) -> None:
        """Note that the work moved on; cheap enough for every batch."""
        self._moved = self._clock()

    def beat(self) -> None:
        """Write how long nothing has moved; a disk that refuses is no reason to end anything."""
        self._beats += 1
        values = {"pid": os.getpid(), "beat": self._beats, "still": round(self._clock() - self._moved, 1)}
        with contextlib.suppress(OSError):
            self._beside.write_text(json.dumps(values), encoding="utf-8")
            os.replace(self._beside, self._file)

    def __enter__(self) -> Heart:
        """Start to beat."""
        self.beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and take the file away: who is not at work has no pulse."""
        self._end.set()
        self._thread.join(self._every + 1)
        with contextlib.suppress(OSError):
            self._beside.unlink(missing_ok=True)
            self._file.unlink(missing_ok=True)

    def _go(self) -> None:
        while not self._end.wait(self._every):
            self.beat()


class Pulse:
    """Feels the heartbeat of one run again and again."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Watch ``folder``."""
        self._file = folder / FILE
        self._clock = clock
        self._last: tuple[Any, Any] | None = None
        self._since = clock()
        self._still = 0.0

    def still(self) -> float:
        """Return for how many seconds nothing has moved, as far as can be known; 0 without a heartbeat.

        Both count: what the engine says of itself, and how long the file has stayed as it is, because a process that
        is stopped as a whole says nothing any more. On the first look nothing is known of the latter but what the
        file's own time says, and that is believed only where it lies in the past.
        """
        found = self._read()
        if found is None:
            self._last = None
            return 0.0
        mark, said, age = found
        if mark != self._last:
            first = self._last is None
            self._last, self._since, self._still = mark, self._clock() - (age if first else 0.0), said
        silent = self._clock() - self._since
        return self._still + (silent if silent > 3 * EVERY else 0.0)

    def _read(self) -> tuple[tuple[Any, Any], float, float] | None:
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            age = max(0.0, time.time() - self._file.stat().st_mtime)
            return (values["pid"], values["beat"]), float(values["still"]), age
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
