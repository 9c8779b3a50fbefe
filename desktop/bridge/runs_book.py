"""The runs of the workspace for the window: a list kept fresh in a thread, and what may be done to them; no widgets."""

from __future__ import annotations

import logging
import queue
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal

from desktop import paths
from desktop.bridge.engines import Engines, Launch
from desktop.bridge.train_worker import TrainWorker
from desktop.engine.errors import RequestError, UserError
from desktop.engine.job import JobSpec
from desktop.engine.launch import launch as launch_engine
from desktop.engine.run_folder import RunFolder
from desktop.flow.runs import RunSummary, Shelf, rename

INTERVAL = 1.0  # seconds between two looks at the folder
_BIN = ".deleted"

_log = logging.getLogger(__name__)


class RunsBook(QObject):
    """Every run of the workspace.

    Signals:
        changed: :meth:`summaries` has news.
        launch_failed: name of a run and the :class:`UserError` for which its engine could not be started.
    """

    changed = Signal()
    launch_failed = Signal(str, object)
    _looked = Signal(object)

    def __init__(
        self,
        root: Path | None = None,
        *,
        launch: Launch = launch_engine,
        interval: float = INTERVAL,
        parent: QObject | None = None,
    ) -> None:
        """Start looking at once, in a thread of its own; call :meth:`close` in the end.

        Args:
            root: the folder of runs; the workspace's own by default.
            launch: what starts an engine.
            interval: seconds between two looks.
            parent: the owner.
        """
        super().__init__(parent)
        self._root = root or paths.runs()
        self._engines = Engines(launch)
        self._summaries: list[RunSummary] = []
        self._workers: list[TrainWorker] = []
        self._looked.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._keeper = _Keeper(Shelf(self._root), self._engines, interval, self)
        self._keeper.start()

    def summaries(self) -> list[RunSummary]:
        """Return the runs, newest first, as of the last look; empty until the first one is over."""
        return list(self._summaries)

    def summary(self, name: str) -> RunSummary | None:
        """Return one run as of the last look."""
        return next((found for found in self._summaries if found.folder == name), None)

    def folder(self, name: str) -> RunFolder:
        """Return the folder of the run ``name``; raise :class:`RequestError` where there is none."""
        path = self._root / name
        if not name or not paths.is_inside(path, self._root) or not (path / "job.yaml").is_file():
            raise RequestError(
                "no_run", f"There is no run called {name}.", "It may have been deleted or moved; see the list of runs."
            )
        return RunFolder(path)

    def start(self, job: JobSpec) -> str:
        """Make a run folder for ``job`` and have an engine started on it; return the run's name."""
        run = RunFolder.create(self._root, job)
        self._launch(run, resume=False)
        return run.name

    def resume(self, name: str) -> None:
        """Have an engine take up a run where its newest checkpoint left it."""
        run = self.folder(name)
        if run.is_alive() or self._engines.is_working(name):
            raise RequestError("already_running", "This run is being worked on already.", "Open it to follow it.")
        run.ask(replace(run.control(), wish="run"))  # else the engine would read the old wish to stop
        self._launch(run, resume=True)

    def worker(self, name: str) -> TrainWorker:
        """Return a new follower of a run; connect its signals, start it, and close it when done with it."""
        worker = TrainWorker(self.folder(name), self._engines.exits, self)
        self._workers.append(worker)
        worker.finished.connect(lambda: self._drop(worker))
        return worker

    def rename(self, name: str, title: str) -> None:
        """Show a run under another name from now on."""
        rename(self.folder(name), title)
        self.look_again()

    def delete(self, name: str) -> None:
        """Put a run away; it can be taken back with :meth:`undelete` until this program starts the next time."""
        run = self.folder(name)
        if run.is_alive() or self._engines.is_working(name):
            raise RequestError("run_at_work", "This run is at work and cannot be deleted.", "Stop it first.")
        self._engines.forget(name)
        try:
            (self._root / _BIN).mkdir(exist_ok=True)
            run.path.rename(_free(self._root / _BIN / name))
        except OSError as error:
            raise UserError(
                "cannot_delete",
                f"The run could not be deleted: {error.strerror}.",
                "Close programs that use its files, such as a chat with its model, and try again.",
            ) from error
        self.look_again()

    def undelete(self, name: str) -> None:
        """Take back a run put away by :meth:`delete`."""
        put_away = sorted((self._root / _BIN).glob(f"{name}*"), key=lambda path: path.stat().st_mtime)
        if not put_away or (self._root / name).exists():
            raise UserError("cannot_undelete", "The run is gone for good.", "A copy of its folder can be put back.")
        put_away[-1].rename(self._root / name)
        self.look_again()

    def look_again(self) -> None:
        """Look at the folder now instead of at the next turn."""
        self._keeper.do(None)

    def close(self) -> None:
        """Stop looking and following, and wait for the threads; engines go on."""
        for worker in list(self._workers):
            worker.close()
        self._keeper.close()
        self._engines.close()

    def _launch(self, run: RunFolder, *, resume: bool) -> None:
        self._engines.expect(run.name)

        def start() -> None:
            try:
                self._engines.start(run, resume=resume)
            except UserError as error:
                self.launch_failed.emit(run.name, error)

        self._keeper.do(start)

    def _take(self, summaries: list[RunSummary]) -> None:
        if repr(summaries) != repr(self._summaries):  # NaN differs from itself, its text does not
            self._summaries = summaries
            self.changed.emit()

    def _drop(self, worker: TrainWorker) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
            worker.deleteLater()


class _Keeper(QThread):
    """Looks at the shelf every interval, and does what takes too long for the window's thread."""

    def __init__(self, shelf: Shelf, engines: Engines, interval: float, book: RunsBook) -> None:
        super().__init__(book)
        self.setObjectName("runs book")
        self._book = book
        self._shelf = shelf
        self._engines = engines
        self._interval = interval
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._stopping = False

    def do(self, work: Callable[[], None] | None) -> None:
        """Do ``work`` soon, then look."""
        self._work.put(work)

    def close(self) -> None:
        """End the thread."""
        self._stopping = True
        self._work.put(None)
        self.wait()

    def run(self) -> None:
        """Work, look, wait; until closed."""
        shutil.rmtree(self._shelf.root / _BIN, ignore_errors=True)
        while not self._stopping:
            self._book._looked.emit(self._look())
            try:
                work = self._work.get(timeout=self._interval)
            except queue.Empty:
                continue
            if work is not None:
                work()

    def _look(self) -> list[RunSummary]:
        try:
            return self._shelf.look(self._engines.exits())
        except OSError as error:  # an unplugged disk: nothing to see until it is back
            _log.warning("the folder of runs cannot be read: %s", error)
            return []


def _free(path: Path) -> Path:
    number = 2
    found = path
    while found.exists():
        found, number = path.with_name(f"{path.name}.{number}"), number + 1
    return found
