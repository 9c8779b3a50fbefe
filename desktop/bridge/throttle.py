"""Calls made at most so often: the first passes at once, later ones collapse into the newest; it knows no caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer


class Throttle(QObject):
    """Calls a function at most once in an interval; the last call is never lost."""

    def __init__(self, function: Callable[..., None], interval_ms: int = 100, parent: QObject | None = None) -> None:
        """Pass calls on to ``function``; no timer runs while nothing is called."""
        super().__init__(parent)
        self._function = function
        self._waiting: tuple[Any, ...] | None = None
        self._timer = QTimer(self, singleShot=True, interval=interval_ms)
        self._timer.timeout.connect(self._on_time)

    def __call__(self, *arguments: Any) -> None:
        """Call now, or as soon as the interval is over, with the newest arguments."""
        if self._timer.isActive():
            self._waiting = arguments
            return
        self._timer.start()
        self._function(*arguments)

    def flush(self) -> None:
        """Make the waiting call now."""
        if self._waiting is not None:
            arguments, self._waiting = self._waiting, None
            self._function(*arguments)

    def close(self) -> None:
        """Drop the waiting call and stop."""
        self._timer.stop()
        self._waiting = None

    def _on_time(self) -> None:
        if self._waiting is not None:
            self._timer.start()
            self.flush()
