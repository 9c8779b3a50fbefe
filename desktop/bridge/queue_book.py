"""The queue for the window: looked at now and then while somebody watches, and changed; no widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge.task import Tasks
from desktop.engine.errors import UserError
from desktop.engine.job import JobSpec
from desktop.flow import queue
from desktop.flow.queue import Action, QueueState

INTERVAL_MS = 2000


class QueueBook(QObject):
    """What waits for the device. What works it off outlives the window.

    Signals:
        changed: :attr:`state` has news.
        added: name of the run that was made and waits now.
        failed: the :class:`UserError` for which something asked was not done.
    """

    changed = Signal()
    added = Signal(str)
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None, *, interval_ms: int = INTERVAL_MS) -> None:
        """Look at nothing yet; :meth:`follow` begins."""
        super().__init__(parent)
        self.state = QueueState()
        self._tasks = tasks
        self._looking = False
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self.look)

    def follow(self) -> None:
        """Look now and again and again."""
        self._timer.start()
        self.look()

    def rest(self) -> None:
        """Look no more until :meth:`follow`."""
        self._timer.stop()

    def look(self) -> None:
        """Look once, off the window's thread; while a look is under way nothing is added."""
        if self._looking:
            return
        self._looking = True
        task = self._tasks.run(queue.queue_state)
        task.succeeded.connect(self._take)
        task.failed.connect(self._on_failed)

    def act(self, action: Action, folder: str) -> None:
        """Do what a row's button says."""
        self._do(lambda: queue.act(action, folder))

    def work_off(self) -> None:
        """Let the queue be worked off."""
        self._do(queue.work_off)

    def hold(self) -> None:
        """Let nothing more be started."""
        self._do(queue.hold)

    def add(self, job: JobSpec) -> None:
        """Make a run of ``job``, let it wait, and let the queue be worked off unless it is held."""

        def put() -> str:
            run, _ = queue.put_job(job)
            if not queue.queue_state().held:
                queue.work_off()
            return run.name

        task = self._tasks.run(put)
        task.succeeded.connect(self._on_added)
        task.failed.connect(self.failed)

    def _do(self, work: Callable[[], object]) -> None:
        task = self._tasks.run(work)
        task.succeeded.connect(self._look_again)
        task.failed.connect(self._on_failed)

    def _look_again(self, _done: object) -> None:
        self.look()

    def _on_added(self, run: str) -> None:
        self.added.emit(run)
        self.look()

    def _take(self, state: QueueState) -> None:
        self._looking = False
        if state != self.state:
            self.state = state
            self.changed.emit()

    def _on_failed(self, error: UserError) -> None:
        self._looking = False
        self.failed.emit(error)
