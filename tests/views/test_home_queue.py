"""The queue on Home and in the wizard's last step: order, start, hold and what leads on, by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.job import JobSpec
from desktop.engine.queue import Queue
from desktop.engine.run_folder import RunFolder
from desktop.flow import queue as flow
from desktop.flow.recipe_words import opens
from desktop.views.home.page import HomePage, create
from desktop.views.home.queue import QueuePanel
from desktop.views.services import Services


@pytest.fixture
def panel(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch, started: list[str]) -> QueuePanel:
    """Home with three runs that wait; nothing is really started."""
    monkeypatch.setattr(flow, "on_device", lambda *_: "")
    for name in ("first", "second", "third"):
        flow.put(RunFolder.create(paths.runs(), JobSpec(name=name)).path)
    home = create(services)
    qtbot.addWidget(home)
    home.resize(1224, 874)
    home.show()
    home.entered()
    assert isinstance(home, HomePage)
    qtbot.waitUntil(lambda: home.queue is not None and len(home.queue.lines) == 3, timeout=10_000)
    assert home.queue is not None
    home.queue.book._timer.stop()
    qtbot.addWidget(home, before_close_func=lambda page: page.closed())
    return home.queue


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the process that works the queue off."""
    heard: list[str] = []
    monkeypatch.setattr(flow, "launch_queue", lambda: heard.append("launched"))
    return heard


def names(panel: QueuePanel) -> list[str]:
    return [line.row.title for line in panel.lines]


def test_what_waits_is_listed_in_its_order_and_read_out(panel: QueuePanel) -> None:
    assert names(panel) == ["first", "second", "third"]
    assert panel.isVisible()
    assert panel.lines[0].accessibleName().startswith("1. first, ")
    assert not panel.lines[0].buttons["up"].isEnabled()
    assert not panel.lines[2].buttons["down"].isEnabled()


def test_buttons_change_the_order_and_keep_the_keyboard(panel: QueuePanel, qtbot: QtBot) -> None:
    panel.window().activateWindow()
    panel.lines[2].buttons["up"].setFocus()
    qtbot.mouseClick(panel.lines[2].buttons["up"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(panel) == ["first", "third", "second"], timeout=10_000)
    assert QApplication.focusWidget() is panel.lines[1].buttons["up"]


def test_keys_move_a_row_and_take_it_out(panel: QueuePanel, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.lines[0], Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: names(panel) == ["second", "first", "third"], timeout=10_000)
    qtbot.keyClick(panel.lines[1], Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(panel) == ["second", "third"], timeout=10_000)
    assert [entry.name[11:] for entry in Queue().read().entries] == ["second", "third"]
    assert len(list(paths.runs().glob("*-first/job.yaml"))) == 1


def test_it_is_started_and_held(
    panel: QueuePanel, qtbot: QtBot, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not panel.hold.isVisible()
    panel.go.click()
    qtbot.waitUntil(lambda: started == ["launched"], timeout=10_000)
    monkeypatch.setattr(Queue, "is_driven", lambda _: True)
    panel.book.look()
    qtbot.waitUntil(panel.hold.isVisible, timeout=10_000)
    panel.hold.click()
    qtbot.waitUntil(lambda: Queue().read().held and panel.go.isVisible(), timeout=10_000)


def test_enter_opens_the_run(panel: QueuePanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.opened) as told:
        qtbot.keyClick(panel.lines[1], Qt.Key.Key_Return)
    assert told.args == ["run", {"run": panel.lines[1].row.folder.removeprefix("runs/")}]


def test_what_waits_leads_to_its_own_page() -> None:
    assert opens("recipes/rlhf-2") == ("recipes", {"recipe": "rlhf-2"})
    assert opens("runs/bakery") == ("run", {"run": "bakery"})


def test_a_job_waits_and_the_queue_is_worked_off(panel: QueuePanel, qtbot: QtBot, started: list[Any]) -> None:
    with qtbot.waitSignal(panel.book.added, timeout=10_000) as told:
        panel.book.add(JobSpec(name="fourth"))
    assert str(told.args[0]).endswith("-fourth")
    assert Queue().read().entries[-1].name == told.args[0]
    assert started == ["launched"]


def test_a_held_queue_stays_held_when_a_job_is_added(panel: QueuePanel, qtbot: QtBot, started: list[Any]) -> None:
    flow.hold()
    with qtbot.waitSignal(panel.book.added, timeout=10_000):
        panel.book.add(JobSpec(name="fourth"))
    assert Queue().read().held
    assert started == []
