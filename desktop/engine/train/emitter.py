"""Stamps events with their time and writes them; it knows no event in particular."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import Protocol

from desktop.engine.events import Event, Noticed


class Sink(Protocol):
    """Where events go."""

    def write(self, event: Event) -> None:
        """Take one event."""


class Emitter:
    """Writes what happens, in order, each event with the clock's and the stop-watch's time."""

    def __init__(self, sink: Sink) -> None:
        """Start the stop-watch."""
        self._sink = sink
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Return the seconds since the start, whatever happens to the clock on the wall."""
        return time.monotonic() - self._start

    def emit(self, event: Event) -> None:
        """Write one event.

        A full disk must not end a run that may still be saved: the line stays in the file's buffer and is written with
        the next one that goes through.
        """
        with contextlib.suppress(OSError):
            self._sink.write(dataclasses.replace(event, time=time.time(), elapsed=self.elapsed))

    def notice(self, level: str, code: str, message: str, hint: str = "", step: int = 0) -> None:
        """Write something the user should know."""
        self.emit(Noticed(level=level, code=code, message=message, hint=hint, step=step))  # type: ignore[arg-type]
