"""A plain function run off the window's thread, its outcome delivered as a signal; it knows no function itself."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from desktop.engine.errors import UserError

_log = logging.getLogger(__name__)


class Task(QObject):
    """One function on its way.

    Signals:
        succeeded: what the function returned; nothing follows.
        failed: the :class:`UserError` that ended it; nothing follows.
    """

    succeeded = Signal(object)
    failed = Signal(object)
    _ended = Signal(object, object)

    def __init__(self, function: Callable[[], object], forget: Callable[[Task], None]) -> None:
        """Stand for ``function``; ``forget`` is called when its outcome has been handed out."""
        super().__init__()
        self._function = function
        self._forget = forget
        self.work = _Work(self._work)
        # Emitted by the working thread, taken by the owner's: whoever listens is never called from another thread.
        self._ended.connect(self._hand_out, Qt.ConnectionType.QueuedConnection)

    def _work(self) -> None:
        try:
            self._ended.emit(self._function(), None)
        except Exception as error:  # noqa: BLE001 - the thread's top level: nothing may end here in silence
            self._ended.emit(None, error)

    def _hand_out(self, outcome: object, error: object) -> None:
        self._forget(self)
        if error is None:
            self.succeeded.emit(outcome)
        elif isinstance(error, UserError):
            self.failed.emit(error)
        else:
            _log.error("a background task failed", exc_info=error if isinstance(error, BaseException) else None)
            self.failed.emit(
                UserError("unexpected", f"Something failed in a way Fettle did not foresee ({error}).", "Try again.")
            )


class Tasks(QObject):
    """Runs functions in a few threads of its own; outcomes arrive in the thread that owns this object."""

    def __init__(self, parent: QObject | None = None, threads: int = 2) -> None:
        """Start no thread yet."""
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._running: set[Task] = set()

    def run(self, function: Callable[[], object]) -> Task:
        """Start ``function``; the outcome comes through the signals, never before this returns."""
        task = Task(function, self._running.discard)
        self._running.add(task)
        self._pool.start(task.work)
        return task

    def close(self) -> None:
        """Wait for what runs and drop what waits; outcomes still on their way are not delivered."""
        self._pool.clear()
        self._pool.waitForDone()
        for task in self._running:
            task.blockSignals(True)
        self._running.clear()


class _Work(QRunnable):
    """Python keeps it, not the pool: a runnable that Qt deletes while Python still holds it crashes."""

    def __init__(self, function: Callable[[], None]) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self._function = function

    def run(self) -> None:
        self._function()
