"""Home with recorded runs: what is listed, what can be pressed, and where that leads."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.flow.home import Continued, recent_runs
from desktop.flow.settings import Settings
from desktop.views.components.table import MISSING
from desktop.views.home.page import HomePage, create
from desktop.views.services import Services
from tests.support.streams import a_run, finished, timed, training


@pytest.fixture
def home(qtbot: QtBot, services: Services) -> HomePage:
    a_run(paths.runs(), finished(), "support-lora")
    a_run(paths.runs(), timed(training(100)), "broken-off")
    services.runs.look_again()
    qtbot.waitUntil(lambda: len(services.runs.summaries()) == 2, timeout=5000)
    page = create(services)
    qtbot.addWidget(page)
    page.resize(1224, 874)
    page.show()
    page.entered()
    qtbot.waitExposed(page)
    assert isinstance(page, HomePage)
    return page


def cells(home: HomePage, row: int) -> list[str]:
    model = home.recent.table.rows
    return [str(model.data(model.index(row, column))) for column in range(model.columnCount())]


def test_recent_runs_show_model_status_loss_and_time(home: HomePage, services: Services) -> None:
    rows = [cells(home, row) for row in range(home.recent.table.rows.rowCount())]
    assert len(rows) == 2
    by_status = {row[2]: row for row in rows}
    assert "Finished" in by_status
    assert by_status["Finished"][0].endswith("LoRA r16")
    assert float(by_status["Finished"][3]) > 0
    assert home.recent.table.rows.rows[0][1].curve, "no curve"


def test_pressing_a_run_opens_it(qtbot: QtBot, home: HomePage) -> None:
    table = home.recent.table
    expected = recent_runs(home._services.runs.summaries())[0].folder  # type: ignore[union-attr]
    with qtbot.waitSignal(home.navigate) as told:
        place = table.visualRect(table.rows.index(0, 0)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["run", {"run": expected}]


def test_try_it_now_opens_the_filled_in_wizard(qtbot: QtBot, home: HomePage) -> None:
    with qtbot.waitSignal(home.navigate) as told:
        qtbot.mouseClick(home.hero.button, Qt.MouseButton.LeftButton)
    assert told.args == ["wizard", {"preset": "try_it_now"}]


def test_the_links_for_beginners_open_help(qtbot: QtBot, home: HomePage) -> None:
    assert [topic.id for topic in home._topics] == ["what-changes", "which-method", "judging"]
    with qtbot.waitSignal(home.navigate) as told:
        home.learn.chosen.emit(1)
    assert told.args == ["help", {"topic": "which-method"}]


def test_the_machine_is_shown_when_it_is_known(qtbot: QtBot, home: HomePage, services: Services) -> None:
    with qtbot.waitSignal(services.machine.changed, timeout=10_000):
        services.machine.start()
    assert services.machine.hardware is not None
    assert home.machine._device.text() not in ("", "Looking...")
    assert "GB free" in home.machine._free.text()


def test_what_was_begun_can_be_continued(qtbot: QtBot, home: HomePage) -> None:
    home._show_continued([Continued("preferences", {"project": "x"}, "preferences", "Answers", "3 of 9 judged", 1 / 3)])
    assert home.going_on.isVisible()
    with qtbot.waitSignal(home.navigate) as told:
        home.going_on.chosen.emit(0)
    assert told.args == ["preferences", {"project": "x"}]
    home._show_continued([])
    assert not home.going_on.isVisible()


def test_without_runs_home_says_so(qtbot: QtBot, services: Services) -> None:
    page = create(services)
    qtbot.addWidget(page)
    page.show()
    page.entered()
    assert isinstance(page, HomePage)
    assert page.recent._empty.isVisible()
    assert not page.recent.table.isVisible()


def test_a_loss_that_is_not_known_is_a_dash(qtbot: QtBot, services: Services) -> None:
    a_run(paths.runs(), timed(training(3))[:2], "young")
    services.runs.look_again()
    qtbot.waitUntil(lambda: len(services.runs.summaries()) == 1, timeout=5000)
    page = create(services)
    qtbot.addWidget(page)
    page.entered()
    assert isinstance(page, HomePage)
    assert cells(page, 0)[3] == MISSING


def test_settings_are_kept(workspace: Path) -> None:
    Settings().change(theme="dark", text_size=1.15)
    assert Settings().values.theme == "dark"
    assert Settings().values.text_size == 1.15


def test_recipes_are_one_press_away(qtbot: QtBot, home: HomePage) -> None:
    with qtbot.waitSignal(home.navigate) as told:
        home.recipes.click()
    assert told.args == ["recipes", {}]
