"""The window: pages built when first shown, the rail, dropped files, and what closing asks while a run is at work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.errors import UserError
from desktop.views import window as window_module
from desktop.views.components.dialog import MessageDialog
from desktop.views.focus import FocusRing, _Overlay
from desktop.views.page import Page
from desktop.views.rail import NARROW, WIDE
from desktop.views.services import Services
from desktop.views.window import PAGES, MainWindow
from tests.support.streams import a_run, timed, training


class FakePage(Page):
    """Remembers what it was told."""

    made: ClassVar[list[str]] = []

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name  # type: ignore[misc]
        self.title = name.title()  # type: ignore[misc]
        self.told: list[Any] = []
        self.button = QPushButton(name)
        QVBoxLayout(self).addWidget(self.button)
        FakePage.made.append(name)

    def entered(self, **context: Any) -> None:
        self.told.append(context)

    def left(self) -> None:
        self.told.append("left")

    def closed(self) -> None:
        self.told.append("closed")


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    FakePage.made.clear()
    made = MainWindow(services, {name: lambda _services, name=name: FakePage(name) for name in PAGES})
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.hide()
    made.deleteLater()


def page(window: MainWindow, name: str) -> FakePage:
    found = window.page(name)
    assert isinstance(found, FakePage)
    return found


def test_a_page_is_built_when_it_is_first_shown_and_kept(window: MainWindow) -> None:
    assert FakePage.made == []
    window.show_page("home")
    window.show_page("runs", {"filter": "live"})
    window.show_page("home")
    assert FakePage.made == ["home", "runs"]
    assert page(window, "home").told == [{}, "left", {}]
    assert page(window, "runs").told == [{"filter": "live"}, "left"]
    assert window.windowTitle() == "Home - Fettle"


def test_a_page_leads_to_another(window: MainWindow) -> None:
    window.show_page("home")
    page(window, "home").navigate.emit("run", {"run": "one"})
    assert window.current == "run"
    assert page(window, "run").told == [{"run": "one"}]
    assert window.rail.items["runs"].isChecked(), "a run belongs to Runs"


@pytest.mark.parametrize(
    ("name", "width", "narrow"),
    [("home", 1440, False), ("home", 1300, True), ("wizard", 2560, True), ("run", 1440, True), ("models", 1360, False)],
)
def test_the_rail_makes_room(window: MainWindow, name: str, width: int, narrow: bool) -> None:
    window.resize(width, 900)
    window.show_page(name)
    assert window.rail.width() == (NARROW if narrow else WIDE)


def test_the_rail_and_the_keys_go_everywhere(qtbot: QtBot, window: MainWindow) -> None:
    for name, item in window.rail.items.items():
        qtbot.mouseClick(item, Qt.MouseButton.LeftButton)
        assert window.current == name
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.current == "home"
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.current == "help"


def test_a_page_that_cannot_be_built_leaves_the_one_in_front(qtbot: QtBot, services: Services) -> None:
    def fails(_services: Services) -> Page:
        raise UserError("no", "It cannot be shown.")

    made = MainWindow(services, {"home": lambda _services: FakePage("home"), "chat": fails})
    qtbot.addWidget(made)
    made.show_page("home")
    with qtbot.waitSignal(services.notices.raised) as told:
        made.show_page("chat")
    assert told.args[0].title == "It cannot be shown."
    assert made.current == "home"
    assert made.rail.items["home"].isChecked()


def drop(window: MainWindow, *files: Path) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)
    return event


def test_dropped_files_open_the_wizard(window: MainWindow, alpaca_file: Path, tmp_path: Path) -> None:
    window.show_page("home")
    drop(window, tmp_path / "gone.jsonl")
    assert window.current == "home"
    odd = tmp_path / "without_an_ending"
    odd.write_bytes(alpaca_file.read_bytes())
    drop(window, alpaca_file, odd)
    assert page(window, "wizard").told == [{"file": str(alpaca_file), "also": [str(odd)]}]


def test_a_data_file_is_opened_with_a_key(
    qtbot: QtBot, window: MainWindow, alpaca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_page("home")
    window.activateWindow()
    monkeypatch.setattr(window_module, "ask_for_data_file", lambda _parent: "")
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert window.current == "home"
    monkeypatch.setattr(window_module, "ask_for_data_file", lambda _parent: str(alpaca_file))
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert page(window, "wizard").told == [{"file": str(alpaca_file)}]


@pytest.fixture
def live_run(qtbot: QtBot, window: MainWindow, services: Services) -> Iterator[str]:
    """A run whose lock somebody holds: at work for all one can see."""
    assert not window.rail.run.isVisible()
    run = a_run(paths.runs(), timed(training(100)), "support-lora")
    with run.lock():
        services.runs.look_again()
        qtbot.waitUntil(lambda: any(found.is_live for found in services.runs.summaries()), timeout=5000)
        yield run.name


@pytest.mark.parametrize(
    ("answer", "closes", "wish"),
    [("keep", True, "run"), ("save", True, "stop_and_save"), ("discard", True, "stop_and_discard"), ("", False, "run")],
)
def test_closing_asks_what_becomes_of_a_run_at_work(
    window: MainWindow,
    services: Services,
    live_run: str,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    closes: bool,
    wish: str,
) -> None:
    window.show_page("home")
    asked: list[str] = []

    def ask(_cls: type, _parent: object, title: str, *_rest: object, **_more: object) -> str:
        asked.append(title)
        return answer

    monkeypatch.setattr(MessageDialog, "ask", classmethod(ask))
    event = QCloseEvent()
    window.closeEvent(event)
    assert asked
    assert "still training" in asked[0]
    assert event.isAccepted() is closes
    assert services.runs.folder(live_run).control().wish == wish
    assert ("closed" in page(window, "home").told) is closes


def test_closing_without_a_run_asks_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MessageDialog, "ask", lambda *_a, **_k: pytest.fail("asked"))
    event = QCloseEvent()
    window.closeEvent(event)
    assert event.isAccepted()


def test_the_rail_shows_the_run_at_work(qtbot: QtBot, window: MainWindow, live_run: str) -> None:
    qtbot.waitUntil(window.rail.run.isVisible, timeout=5000)
    qtbot.waitUntil(lambda: "of 312" in window.rail.run.accessibleName(), timeout=5000)
    qtbot.mouseClick(window.rail.run, Qt.MouseButton.LeftButton)
    assert page(window, "run").told == [{"run": live_run}]


def test_the_foot_shows_device_and_memory(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    with qtbot.waitSignal(services.machine.changed, timeout=10_000):
        services.machine.start()
    assert "free of" in window.status.accessibleName()


def test_a_page_asked_for_before_the_services_are_there_is_shown_with_them(qtbot: QtBot, services: Services) -> None:
    made = MainWindow(None, {"runs": lambda _services: FakePage("runs")})
    qtbot.addWidget(made)
    made.adopt(FakePage("home"))
    made.show_page("runs")
    assert made.current == "home"
    made.serve(services)
    assert made.current == "runs"


def test_every_page_of_the_window_exists(services: Services) -> None:
    import importlib.util

    missing = [name for name, module in window_module.PAGES.items() if importlib.util.find_spec(module) is None]
    assert missing == []


def test_the_ring_follows_the_keyboard_only(qtbot: QtBot, window: MainWindow) -> None:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    ring = FocusRing(app)
    window.show_page("home")
    window.activateWindow()
    button = page(window, "home").button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.findChildren(_Overlay) == []
    window.rail.items["help"].setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.keyClick(window.rail.items["help"], Qt.Key.Key_Tab)
    overlays = window.findChildren(_Overlay)
    assert len(overlays) == 1
    assert overlays[0].isVisible()
    ring.close()
    assert not [overlay for overlay in window.findChildren(_Overlay) if overlay.isVisible()]
