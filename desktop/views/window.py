"""The main window: rail, pages built when first shown, status strip; it knows the pages by name only."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.engine.errors import UserError
from desktop.flow.home import judged_words, live_run, progress_words
from desktop.views.components.dialog import Answer, MessageDialog
from desktop.views.open_file import ask_for_data_file
from desktop.views.page import Page
from desktop.views.rail import BOTTOM, TOP, Rail
from desktop.views.services import Services
from desktop.views.status_bar import StatusBar

MINIMUM = QSize(1280, 800)
WIDE_FROM = 1360
NARROW_PAGES = frozenset({"wizard", "run", "chat", "preferences"})
PAGES: dict[str, str] = {
    "home": "desktop.views.home.page",
    "wizard": "desktop.views.wizard.page",
    "recipes": "desktop.views.recipes.page",
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
        first_painted: the window is on the screen for the first time.
    """

    shown = Signal(str)
    first_painted = Signal()

    def __init__(self, services: Services | None = None, factories: dict[str, Factory] | None = None) -> None:
        """Build the frame; no page is built before :meth:`show_page`.

        Without ``services`` only a page given to :meth:`adopt` can be shown, until :meth:`serve` brings them.
        """
        super().__init__()
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
        self._shortcuts()
        self._services: Services | None = None
        self._wanted: tuple[str, dict[str, Any]] | None = None
        self._painted = False
        if services is not None:
            self.serve(services)

    def serve(self, services: Services) -> None:
        """Take what pages work with; a page that was asked for before is shown now."""
        self._services = services
        services.runs.changed.connect(self._on_runs)
        services.machine.changed.connect(self._on_machine)
        self._count_judgements()
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.show_page(*wanted)

    def adopt(self, page: Page) -> None:
        """Take a page that was built elsewhere and show it."""
        page.navigate.connect(self.show_page)
        self._pages[page.name] = page
        self._stack.addWidget(page)
        self._bring_forward(page)

    def show_page(self, name: str, context: dict[str, Any] | None = None) -> None:
        """Bring the page ``name`` to the front, building it at the first time."""
        if self._services is None:
            self._wanted = (name, context or {})
            return
        page = self._pages.get(name) or self._build(name, self._services)
        if page is None:
            self.rail.set_current(self.current)
            return
        if self.current and self.current != name:
            self._pages[self.current].left()
            if self.current == "preferences":
                self._count_judgements()
        self._bring_forward(page)
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say once that the window is on the screen; what is on it draws itself."""
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the rail narrow on a narrow window."""
        super().resizeEvent(event)
        self._fit_rail()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, whatever their ending: what is in them is found out when they are read."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the wizard with the files that were dropped, as one data set."""
        files = _dropped(event)
        if files:
            event.acceptProposedAction()
            self.show_page("wizard", {"file": files[0], "also": files[1:]})

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what becomes of a training at work, then let every page go."""
        if not self._may_close():
            event.ignore()
            return
        if self._services is not None:
            size = self.normalGeometry().size()
            self._services.settings.change(width=size.width(), height=size.height(), maximized=self.isMaximized())
        for page in self._pages.values():
            page.closed()
        event.accept()

    def _may_close(self) -> bool:
        services = self._services
        live = [summary for summary in services.runs.summaries() if summary.is_live] if services else []
        if not live or services is None:
            return True
        from desktop.bridge.ending import stop

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
            for summary in live:
                stop(services.runs.folder(summary.folder), save=answer == "save")
        return bool(answer)

    def _bring_forward(self, page: Page) -> None:
        self.current = page.name
        self._stack.setCurrentWidget(page)
        self.rail.set_current(page.name)
        self.setWindowTitle(f"{page.title} - Fettle" if page.title else "Fettle")
        self._fit_rail()

    def _build(self, name: str, services: Services) -> Page | None:
        try:
            page = self._factories[name](services)
        except UserError as error:
            services.notices.tell(error)
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
        open_key = QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self)
        open_key.activated.connect(self._open_file)
        quit_key = QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self)
        quit_key.activated.connect(self.close)

    def _open_file(self) -> None:
        if file := ask_for_data_file(self):
            self.show_page("wizard", {"file": file})

    def _on_runs(self) -> None:
        summaries = self._services.runs.summaries() if self._services else []
        self.rail.items["runs"].set_count(f"{len(summaries):,}" if summaries else "")
        live = live_run(summaries)
        self.rail.run.setVisible(live is not None)
        if live is not None:
            self.rail.run.set(live.name, progress_words(live), live.step / live.total if live.total else 0.0)

    def _count_judgements(self) -> None:
        if self._services is not None:
            counted = self._services.tasks.run(judged_words)
            counted.succeeded.connect(self.rail.items["preferences"].set_count)

    def _on_machine(self) -> None:
        if self._services and self._services.machine.hardware is not None:
            self.status.show_machine(self._services.machine.hardware)

    def _show_live_run(self) -> None:
        live = live_run(self._services.runs.summaries()) if self._services else None
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


def _dropped(event: QDropEvent) -> list[str]:
    local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in local if Path(path).exists()]
