"""The main window: rail, pages built when first shown, status strip; it knows the pages by name only."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.engine.errors import UserError
from desktop.engine.run_folder import Wish
from desktop.views.components.dialog import Answer, MessageDialog
from desktop.views.page import Page
from desktop.views.rail import BOTTOM, TOP, Rail
from desktop.views.services import Services
from desktop.views.status_bar import StatusBar

MINIMUM = QSize(1280, 800)
WIDE_FROM = 1360
NARROW_PAGES = frozenset({"wizard", "run", "chat", "preferences"})
DATA_FILES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".md", ".parquet", ".arrow"})
PAGES: dict[str, str] = {
    "home": "desktop.views.home.page",
    "wizard": "desktop.views.wizard.page",
    "runs": "desktop.views.runs",
    "run": "desktop.views.run.page",
    "chat": "desktop.views.chat.page",
    "preferences": "desktop.views.preferences.page",
    "models": "desktop.views.models",
    "settings": "desktop.views.settings",
    "help": "desktop.views.help",
}

Factory = Callable[[Services], Page]


class MainWindow(QWidget):
    """Shows one page at a time.

    Attributes:
        rail: the rail.
        status: the strip at the foot.
        current: name of the page in front, empty before the first.

    Signals:
        shown: the page of that name came to the front.
    """

    shown = Signal(str)

    def __init__(self, services: Services, factories: dict[str, Factory] | None = None) -> None:
        """Build the frame; no page is built before :meth:`show_page`."""
        super().__init__()
        self._services = services
        self._factories = factories or {name: _factory(module) for name, module in PAGES.items()}
        self._pages: dict[str, Page] = {}
        self.current = ""
        self.rail = Rail()
        self.status = StatusBar()
        self._stack = QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.status)
        self.setWindowTitle("Fettle")
        self.setMinimumSize(MINIMUM)
        self.setAcceptDrops(True)
        self.rail.chosen.connect(self.show_page)
        self.rail.run_chosen.connect(self._show_live_run)
        services.runs.changed.connect(self._on_runs)
        services.machine.changed.connect(self._on_machine)
        self._shortcuts()

    def show_page(self, name: str, context: dict[str, Any] | None = None) -> None:
        """Bring the page ``name`` to the front, building it at the first time."""
        page = self._pages.get(name) or self._build(name)
        if page is None:
            self.rail.set_current(self.current)
            return
        if self.current and self.current != name:
            self._pages[self.current].left()
        self.current = name
        self._stack.setCurrentWidget(page)
        self.rail.set_current(name)
        self.setWindowTitle(f"{page.title} - Fettle" if page.title else "Fettle")
        self._fit_rail()
        page.entered(**(context or {}))
        self.shown.emit(name)

    def page(self, name: str) -> Page | None:
        """Return the page ``name`` if it was built."""
        return self._pages.get(name)

    def come_forward(self) -> None:
        """Come in front of other windows."""
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the rail narrow on a narrow window."""
        super().resizeEvent(event)
        self._fit_rail()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a data file."""
        if _data_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the wizard with the file that was dropped."""
        file = _data_file(event)
        if file is not None:
            event.acceptProposedAction()
            self.show_page("wizard", {"file": str(file)})

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what becomes of a training at work, then let every page go."""
        if not self._may_close():
            event.ignore()
            return
        size = self.normalGeometry().size()
        self._services.settings.change(width=size.width(), height=size.height(), maximized=self.isMaximized())
        for page in self._pages.values():
            page.closed()
        event.accept()

    def _may_close(self) -> bool:
        live = [summary for summary in self._services.runs.summaries() if summary.is_live]
        if not live:
            return True
        names = " and ".join(summary.name for summary in live)
        verb, them = ("is", "It works") if len(live) == 1 else ("are", "They work")
        answer = MessageDialog.ask(
            self,
            f"{names} {verb} still training",
            f"{them} in a process apart from this window and can go on without it. "
            "Open Fettle again at any time to see how far it is.",
            (
                Answer("discard", "Discard", "danger"),
                Answer("save", "Stop, save and quit"),
                Answer("keep", "Keep running", "primary"),
            ),
        )
        if answer in ("save", "discard"):
            wish: Wish = "stop_and_save" if answer == "save" else "stop_and_discard"
            for summary in live:
                run = self._services.runs.folder(summary.folder)
                run.ask(replace(run.control(), wish=wish))
        return bool(answer)

    def _build(self, name: str) -> Page | None:
        try:
            page = self._factories[name](self._services)
        except UserError as error:
            self._services.notices.tell(error)
            return None
        page.navigate.connect(self.show_page)
        self._pages[name] = page
        self._stack.addWidget(page)
        return page

    def _fit_rail(self) -> None:
        self.rail.set_narrow(self.current in NARROW_PAGES or self.width() < WIDE_FROM)

    def _shortcuts(self) -> None:
        for place in (*TOP, *BOTTOM):
            key = QShortcut(QKeySequence(place.key), self)
            key.activated.connect(lambda page=place.page: self.show_page(page))
        new = QShortcut(QKeySequence(QKeySequence.StandardKey.New), self)
        new.activated.connect(lambda: self.show_page("wizard"))
        quit_key = QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self)
        quit_key.activated.connect(self.close)

    def _on_runs(self) -> None:
        from desktop.flow.home import live_run, progress_words

        summaries = self._services.runs.summaries()
        self.rail.items["runs"].set_count(f"{len(summaries):,}" if summaries else "")
        live = live_run(summaries)
        self.rail.run.setVisible(live is not None)
        if live is not None:
            self.rail.run.set(live.name, progress_words(live), live.step / live.total if live.total else 0.0)

    def _on_machine(self) -> None:
        if self._services.machine.hardware is not None:
            self.status.show_machine(self._services.machine.hardware)

    def _show_live_run(self) -> None:
        from desktop.flow.home import live_run

        live = live_run(self._services.runs.summaries())
        if live is not None:
            self.show_page("run", {"run": live.folder})


def _factory(module: str) -> Factory:
    """Return a factory that imports its page only when it is called: the window opens before pages are loaded."""

    def create(services: Services) -> Page:
        try:
            loaded = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not module.startswith(error.name):
                raise
            raise UserError(
                "page_missing", "This page is not part of this installation.", "Install Fettle again."
            ) from error
        page: Page = loaded.create(services)
        return page

    return create


def _data_file(event: QDropEvent) -> Path | None:
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.is_file() and path.suffix.lower() in DATA_FILES:
            return path
    return None
