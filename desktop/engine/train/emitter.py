"""Stamps events with their time and writes them; it knows no event in particular."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable
from typing import Protocol

from desktop.engine.events import Event, Noticed


class Sink(Protocol):
    """Where events go."""

    def write(self, event: Event) -> None:
        """Take one event."""


class Emitter:
    """Writes what happens, in order, each event with the clock's and the stop-watch's time."""

    def __init__(self, sink: Sink, moved: Callable[[], None] | None = None) -> None:
        """Start the stop-watch; ``moved`` is told whenever the work moves on, each event included."""
        self._sink = sink
        self._moved = moved
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
        self.moved()
        with contextlib.suppress(OSError):
            self._sink.write(dataclasses.replace(event, time=time.time(), elapsed=self.elapsed))

    def moved(self) -> None:
        """Say that the work moves on, where that is worth no event."""
        if self._moved is not None:
            self._moved()

    def notice(self, level: str, code: str, message: str, hint: str = "", step: int = 0) -> None:
        """Write something the user should know."""
        self.emit(Noticed(level=level, code=code, message=message, hint=hint, step=step))  # type: ignore[arg-type]
