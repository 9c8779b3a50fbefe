"""The application: the only place that makes the objects and joins them; it decides nothing else."""

from __future__ import annotations

import argparse
import locale
import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.bridge.machine import MachineWatch
from desktop.bridge.notices import Notices
from desktop.bridge.task import Tasks
from desktop.flow.settings import THEMES, Settings, Values
from desktop.views.focus import FocusRing
from desktop.views.home.page import HomePage
from desktop.views.services import Services
from desktop.views.theme.theme import Theme
from desktop.views.window import MainWindow

SETTLE_MS = 1500
THREADS_VARIABLE = "FETTLE_THREADS"  # as in engine.hardware, which is not loaded before the first paint
# How long another thread may keep the interpreter while the window waits: five times less than Python's default.
SWITCH_SECONDS = 0.001


def main(arguments: list[str]) -> int:
    """Open the window and return the exit code when it is closed."""
    wanted = _parse(arguments)
    app = QApplication([sys.argv[0]])
    # QApplication takes the decimal sign from the system, and a comma breaks libraries that parse numbers in C.
    locale.setlocale(locale.LC_NUMERIC, "C")
    app.setApplicationName("Fettle")
    app.setDesktopFileName("org.fettle.Fettle")
    app.setWindowIcon(QIcon(str(paths.resources() / "icons" / "app" / "fettle.svg")))
    settings = Settings()
    theme = Theme(wanted.theme or settings.values.theme, wanted.text_size or settings.values.text_size)
    theme.apply(app)
    if wanted.window_screenshot:
        return Graph(app, settings, theme).screenshot(wanted)
    return _open(app, settings, theme)


def _open(app: QApplication, settings: Settings, theme: Theme) -> int:
    from desktop.bridge.single_instance import SingleInstance
    from desktop.views.components.dialog import MessageDialog

    instance = SingleInstance(paths.workspace())
    if not instance.claim():
        raised = instance.raise_first()
        MessageDialog(
            "Fettle is already open here",
            f"Another window works on {paths.workspace()}. "
            + ("It was brought to the front." if raised else "Look for it among your open windows."),
            hint="A second window needs a workspace of its own: set FETTLE_WORKSPACE to another folder first.",
        ).exec()
        return 0
    graph = Graph(app, settings, theme)
    instance.asked_to_show.connect(graph.window.come_forward)
    graph.open()
    code = app.exec()
    graph.close()
    instance.close()
    return code


class Graph(QObject):
    """Every object the window needs, made once.

    The window and Home come first, so that something is on the screen; what a job and a run are made of is loaded in
    a thread after the first paint, and the services follow.

    Attributes:
        window: the main window.
        tasks: plain functions run off the window's thread.
        notices: what failed and was caught by nobody.
    """

    def __init__(self, app: QApplication, settings: Settings, theme: Theme) -> None:
        """Make what can be seen; nothing is shown yet."""
        super().__init__(app)
        sys.setswitchinterval(SWITCH_SECONDS)
        self._app = app
        self._settings = settings
        self._theme = theme
        self._services: Services | None = None
        self._closed = False
        self._ring = FocusRing(app)
        self.tasks = Tasks(self)
        self.notices = Notices(paths.workspace() / "logs" / "window.log", self)
        self.notices.install()
        self.notices.raised.connect(self._tell)
        settings.listen(self._follow)
        _limit_threads(settings.values.threads)
        self.window = MainWindow()
        self._home = HomePage()
        self.window.adopt(self._home)
        self.window.first_painted.connect(self._warm_up)

    @property
    def services(self) -> Services:
        """What pages get; made now if the thread that loads them is not done."""
        if self._services is None:
            self._services = self._make_services()
            self._home.serve(self._services)
            self.window.serve(self._services)
            self._services.machine.start()
            if self.window.current == HomePage.name:
                self._home.entered()
        return self._services

    def open(self) -> None:
        """Show the window as large as it last was, on Home."""
        values = self._settings.values
        self.window.resize(values.width or 1440, values.height or 900)
        if values.maximized:
            self.window.showMaximized()
        else:
            self.window.show()

    def close(self) -> None:
        """End every thread and child of the window; engines go on."""
        self._closed = True
        self._ring.close()
        if self._services is not None:
            self._services.machine.close()
            self._services.runs.close()
            self._services.workbench.close()
        self.tasks.close()
        self.notices.remove()

    def screenshot(self, wanted: argparse.Namespace) -> int:
        """Show one page, wait until it has settled, keep a picture of it, and end."""
        width, _, height = wanted.size.partition("x")
        self.window.resize(int(width), int(height))
        self.window.show()
        self.window.show_page(wanted.page, dict(part.split("=", 1) for part in wanted.context))
        saved: list[bool] = []

        def take() -> None:
            saved.append(self.window.grab().save(wanted.window_screenshot))
            self._app.exit(0)  # quit() would close the window, which asks about a run at work

        self.window.shown.connect(lambda _name: QTimer.singleShot(wanted.settle, self, take))
        self._app.exec()
        self.window.hide()
        self.close()
        return 0 if saved == [True] else 1

    def _warm_up(self) -> None:
        loaded = self.tasks.run(_load)
        loaded.succeeded.connect(self._on_loaded)
        loaded.failed.connect(self.notices.tell)

    def _on_loaded(self) -> None:
        if not self._closed:
            _ = self.services

    def _make_services(self) -> Services:
        from desktop.bridge.runs_book import RunsBook
        from desktop.bridge.workbench import WorkbenchClient

        services = Services(
            workbench=WorkbenchClient(self),
            settings=self._settings,
            theme=self._theme,
            runs=RunsBook(parent=self),
            machine=MachineWatch(self.tasks, self),
            tasks=self.tasks,
            notices=self.notices,
        )
        services.runs.launch_failed.connect(lambda _run, error: self.notices.tell(error))
        return services

    def _follow(self, values: Values) -> None:
        self._theme.set_scale(values.text_size)
        self._theme.set_mode(values.theme)
        _limit_threads(values.threads)

    def _tell(self, notice: object) -> None:
        from desktop.views.trouble import show_notice

        show_notice(notice, self.window)


def _limit_threads(threads: int) -> None:
    """Tell every child how many threads a training takes where its job does not say; 0 leaves it to the machine."""
    if threads:
        os.environ[THREADS_VARIABLE] = str(threads)
    else:
        os.environ.pop(THREADS_VARIABLE, None)


def _load() -> None:
    """Import what the services are made of: in a thread, so that the window answers meanwhile."""
    import desktop.bridge.runs_book
    import desktop.bridge.workbench
    import desktop.engine.hardware  # noqa: F401


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fettle", description="Open the window, or keep a picture of one page.")
    parser.add_argument("--window-screenshot", metavar="FILE", type=str, help="write a picture and end")
    parser.add_argument("--page", default="home", help="the page to show")
    parser.add_argument("--context", nargs="*", default=[], metavar="KEY=VALUE", help="what the page is told")
    parser.add_argument("--theme", choices=[name for name, _ in THEMES], help="look, for this start only")
    parser.add_argument("--text-size", type=float, help="text size, for this start only")
    parser.add_argument("--size", default="1440x900", help="of the window")
    parser.add_argument("--settle", type=int, default=SETTLE_MS, metavar="MS", help="wait so long before the picture")
    wanted = parser.parse_args(arguments)
    if wanted.window_screenshot:
        Path(wanted.window_screenshot).resolve().parent.mkdir(parents=True, exist_ok=True)
    return wanted
