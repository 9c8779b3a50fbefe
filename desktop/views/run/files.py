"""What is written from and read of a run's folder off the window's thread: copies, diagnostics, the log; it draws none.

Each outcome is told through one signal, so that the page says all of them in the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.engine.errors import UserError
from desktop.engine.run_folder import RunFolder
from desktop.flow.diagnostics import last_lines, save_diagnostics
from desktop.flow.run_export import export_model, export_run
from desktop.flow.run_findings import Findings, read_findings
from desktop.views.run import places
from desktop.views.services import Services

LOG_LINES = 500


class Files(QObject):
    """Works on the files of one run.

    Attributes:
        run: the run, nothing while there is none.

    Signals:
        said: tone, title and text of something to tell.
        failed: the :class:`UserError` that ended a piece of work.
        log_read: the newest lines of the log.
        findings_read: what was found on the held-out rows (:class:`Findings` or nothing).
    """

    said = Signal(str, str, str)
    failed = Signal(object)
    log_read = Signal(object)
    findings_read = Signal(object)

    def __init__(self, services: Services, parent: QWidget) -> None:
        """Ask in dialogs over ``parent``."""
        super().__init__(parent)
        self._services = services
        self._over = parent
        self.run: RunFolder | None = None

    def export_model(self) -> None:
        """Copy the model into a folder that is asked for."""
        self._export(export_model)

    def export_run(self) -> None:
        """Copy the whole run into a folder that is asked for."""
        self._export(export_run)

    def save_diagnostics(self) -> None:
        """Write an archive for whoever helps, without names and texts."""
        if self.run is None:
            return
        run = self.run
        where = places.ask_file(self._over, "Save diagnostics", f"{run.name}-diagnostics.zip", "Zip archives (*.zip)")
        if where is None:
            return
        words = "Keys, names and texts are left out; have a look."
        self._do(lambda: save_diagnostics(run, where), lambda made: ("ok", "Diagnostics saved", f"{made}. {words}"))

    def read_log(self) -> None:
        """Read the newest lines of the log."""
        if self.run is not None:
            file = self.run.log_file
            self._services.tasks.run(lambda: last_lines(file, LOG_LINES)).succeeded.connect(self.log_read)

    def read_findings(self) -> None:
        """Read what was found on the held-out rows."""
        if self.run is None:
            return
        run = self.run

        def take(found: Findings | None) -> None:
            if run is self.run:
                self.findings_read.emit(found)

        self._services.tasks.run(lambda: read_findings(run.model)).succeeded.connect(take)

    def _export(self, export: Callable[[RunFolder, Path], Path]) -> None:
        if self.run is None:
            return
        run, where = self.run, places.ask_folder(self._over, "Export into a folder")
        if where is None:
            return
        self.said.emit("info", "Copying", f"to {where}")
        self._do(lambda: export(run, where), lambda made: ("ok", "Exported", f"{made}"))

    def _do(self, work: Callable[[], Path], words: Callable[[Path], tuple[str, str, str]]) -> None:
        task = self._services.tasks.run(work)
        task.succeeded.connect(lambda made: self.said.emit(*words(made)))
        task.failed.connect(self._fail)

    def _fail(self, error: UserError) -> None:
        self.failed.emit(error)
