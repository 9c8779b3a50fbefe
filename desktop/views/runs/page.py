"""The page of all runs: a table to search, runs to compare, rename, export and delete; what is true, flow knows."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.engine.errors import UserError
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import RunFolder
from desktop.flow.amounts import size
from desktop.flow.run_compare import MOST, compare, read_view
from desktop.flow.run_export import export_run
from desktop.flow.run_list import GROUPS, found, row
from desktop.flow.run_view import RunView
from desktop.flow.runs import RunSummary
from desktop.views.components.banner import Banner
from desktop.views.components.card import Card
from desktop.views.components.empty import EmptyState
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.page import Page
from desktop.views.run import places
from desktop.views.runs.bar import Bar
from desktop.views.runs.comparison import CurvesCard, SettingsCard
from desktop.views.runs.table import RunsTable
from desktop.views.services import Services
from desktop.views.theme.icons import icon

MARGIN = 28
SETTINGS_WIDTH = 440
TABLE_ROWS = 8  # rows that stay in sight beside a comparison


class RunsPage(Page):
    """All runs.

    Attributes:
        table: the runs found.
        bar: acts on those ticked.
        curves: loss curves of those ticked, once there are two.
        settings: what their jobs have different.
    """

    name: ClassVar[str] = "runs"
    title: ClassVar[str] = "Runs"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        """Lay out the page and show the runs known so far."""
        super().__init__(parent)
        self._services = services
        self._shown: list[RunSummary] = []
        self._ticked: list[str] = []
        self._views: dict[str, tuple[int, RunView, JobSpec | None]] = {}
        self._reading: set[str] = set()
        self._deleted: list[str] = []
        self._loaded = False
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search name, model, setting")
        self.search.setAccessibleName("Search runs")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(QIcon(icon("search", "text3")), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setMinimumWidth(236)
        self.group = Combo(tuple(GROUPS))
        self.group.setAccessibleName("Status")
        self.note = Banner("info", "")
        self.table = RunsTable()
        self.bar = Bar()
        self.curves = CurvesCard()
        self.settings = SettingsCard()
        self._empty = EmptyState("runs", "", "", "New fine-tune")
        self._lay_out()
        self._wire()
        self._show()

    def entered(self, **context: Any) -> None:
        """Bring the list up to date."""
        if not self._loaded:
            self._loaded = True
            loading = self._services.tasks.run(lambda: importlib.import_module("pyqtgraph"))
            loading.succeeded.connect(lambda _: self._load_plot())
        self._services.runs.look_again()
        self._show()
        self.table.setFocus()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Text("Runs", "title", wrap=False))
        words.addWidget(
            Text("Each run is a folder on this machine. Tick two or more to compare.", "body", "text2", elide=True)
        )
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self.search, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.group, 0, Qt.AlignmentFlag.AlignVCenter)
        self._card = Card(padding=1)
        self._card.body.setSpacing(0)
        self._card.body.addWidget(self.table)
        self._card.body.addWidget(self._empty)
        self._card.cover_corners()
        self.settings.setFixedWidth(SETTINGS_WIDTH)
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(16)
        below.addWidget(self.curves, 1)
        below.addWidget(self.settings)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(MARGIN, 24, MARGIN, 20)
        self._column.setSpacing(14)
        self._column.addLayout(head)
        self._column.addWidget(self.note)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self.bar)
        self._column.addWidget(self._below, 1)
        self._column.addStretch(0)
        self.note.hide()

    def _wire(self) -> None:
        self.search.textChanged.connect(self._show)
        self.group.currentIndexChanged.connect(self._show)
        self.table.ticked.connect(lambda place: self._tick(self._shown[place].folder))
        self.table.picked.connect(lambda place: self.navigate.emit("run", {"run": self._shown[place].folder}))
        self.table.delete_wanted.connect(self._delete)
        self.bar.open_wanted.connect(lambda: self.navigate.emit("run", {"run": self._ticked[0]}))
        self.bar.clone_wanted.connect(lambda: self.navigate.emit("wizard", {"clone": self._ticked[0]}))
        self.bar.export_wanted.connect(self._export)
        self.bar.delete_wanted.connect(self._delete)
        self.bar.clear_wanted.connect(self._clear)
        self.bar.renamed.connect(self._rename)
        self.note.acted.connect(self._undo)
        self._empty.acted.connect(lambda: self.navigate.emit("wizard", {}))
        self._services.runs.changed.connect(self._show)

    def _load_plot(self) -> None:
        self.curves.plot.load()
        self.curves.plot.redraw()

    def _show(self, *_: object) -> None:
        everything = self._services.runs.summaries()
        known = {run.folder for run in everything}
        self._ticked = [folder for folder in self._ticked if folder in known]
        self._shown = found(everything, self.search.text(), self.group.currentText())
        now = time.time()
        self.table.show_runs([row(run, now) for run in self._shown], self._ticked, self._lines())
        self._show_empty(nothing_at_all=not everything)
        self._show_ticked()
        self._fit()

    def _show_empty(self, *, nothing_at_all: bool) -> None:
        self.table.setVisible(bool(self._shown))
        self._empty.setVisible(not self._shown)
        self._empty.button.setVisible(nothing_at_all)
        self._empty.title.setText("No runs yet" if nothing_at_all else "No run fits")
        self._empty.text.setText(
            "Every fine-tune you start is listed here, with its loss and how it ended."
            if nothing_at_all
            else "No name, model or setting holds what you typed, or none has that status."
        )

    def _show_ticked(self) -> None:
        runs = [run for folder in self._ticked if (run := self._services.runs.summary(folder)) is not None]
        self.bar.setVisible(bool(runs))
        self._below.setVisible(len(runs) > 1)
        if not runs:
            return
        frees = sum(run.bytes for run in runs)
        about = f"{runs[0].sentence} {runs[0].hint}".strip() if len(runs) == 1 else ""
        live = any(run.is_live for run in runs)
        if len(runs) > 1:
            about = self._compare(runs)
        self.bar.show_ticked([run.name for run in runs], about, size(frees) if frees else "", live=live)

    def _compare(self, runs: list[RunSummary]) -> str:
        """Show the comparison as far as it is read, have the rest read, and return what the runs share."""
        for run in runs:
            known = self._views.get(run.folder)
            if (known is None or known[0] != run.step) and run.folder not in self._reading:
                self._read(run)
        if any(run.folder not in self._views for run in runs):
            return "reading their history"
        views = [self._views[run.folder][1] for run in runs]
        told = compare(runs, [self._views[run.folder][2] for run in runs], views)
        self.curves.show_curves(told.names, views, told.measure)
        self.settings.show_settings(told)
        return told.about

    def _read(self, run: RunSummary) -> None:
        self._reading.add(run.folder)
        folder, step = RunFolder(run.path), run.step
        task = self._services.tasks.run(lambda: (read_view(folder), _job(folder)))

        def take(read: tuple[RunView, JobSpec | None]) -> None:
            self._reading.discard(run.folder)
            self._views[run.folder] = (step, *read)
            self._show_ticked()

        task.succeeded.connect(take)

    def _lines(self) -> dict[str, str]:
        if len(self._ticked) < 2:
            return {}
        lines = self._services.theme.tokens.lines
        return {folder: lines[place] for place, folder in enumerate(self._ticked)}

    def _tick(self, folder: str) -> None:
        if folder in self._ticked:
            self._ticked.remove(folder)
        elif len(self._ticked) >= MOST:
            self._say("info", f"{MOST} runs at most are compared at once", "Untick one of them first.", None)
        else:
            self._ticked.append(folder)
        self._show()

    def _clear(self) -> None:
        self._ticked.clear()
        self._show()

    def _rename(self, name: str) -> None:
        try:
            self._services.runs.rename(self._ticked[0], name)
        except UserError as error:
            self._say("bad", error.message, error.hint, None)

    def _delete(self) -> None:
        runs = [run for folder in self._ticked if (run := self._services.runs.summary(folder)) is not None]
        gone, freed = [], 0
        for run in runs:
            try:
                self._services.runs.delete(run.folder)
            except UserError as error:
                self._say("bad", f"{run.name}: {error.message}", error.hint, None)
                break
            gone.append(run)
            freed += run.bytes
        self._ticked = [folder for folder in self._ticked if folder not in {run.folder for run in gone}]
        if not gone:
            return
        self._deleted = [run.folder for run in gone]
        what = gone[0].name if len(gone) == 1 else f"{len(gone)} runs"
        self._say("info", f"Deleted {what}", f"Frees {size(freed)} when Fettle starts the next time.", "Undo")

    def _undo(self) -> None:
        self.note.hide()
        for folder in self._deleted:
            try:
                self._services.runs.undelete(folder)
            except UserError as error:
                self._say("bad", error.message, error.hint, None)
        self._deleted = []

    def _export(self) -> None:
        where = places.ask_folder(self, "Export into a folder")
        if where is None:
            return
        runs = [self._services.runs.folder(folder) for folder in self._ticked]
        self._say("info", "Copying", f"to {where}", None)
        task = self._services.tasks.run(lambda: _export_all(runs, where))
        task.succeeded.connect(lambda made: self._say("ok", "Exported", str(made), None))
        task.failed.connect(lambda error: self._say("bad", error.message, error.hint, None))

    def _say(self, tone: str, title: str, text: str, act: str | None) -> None:
        self.note.set(tone, title, text, act)
        self.note.show()

    def _fit(self) -> None:
        """Give the table the height of its rows; with a comparison under it, of at most so many."""
        rows = self.table.height_of_all() if self._shown else 260
        comparing = self._below.isVisibleTo(self)
        most = self.table.horizontalHeader().height() + TABLE_ROWS * 40 + 4 if comparing else rows
        self._card.setMaximumHeight(min(rows, most) + 2)
        self._column.setStretch(self._column.count() - 1, 0 if comparing else 1)


def _export_all(runs: list[RunFolder], where: Path) -> Path:
    made = [export_run(run, where) for run in runs]
    return made[0] if len(made) == 1 else where


def _job(run: RunFolder) -> JobSpec | None:
    try:
        return run.job()
    except UserError:
        return None


def create(services: Services) -> RunsPage:
    """Make the page."""
    return RunsPage(services)
