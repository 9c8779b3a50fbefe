"""The page of all runs: what it lists, finds and compares, and that nothing it does is lost by accident."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop.engine.job import Choice, DataSource
from desktop.engine.run_folder import RunFolder
from desktop.views.components.label import Text
from desktop.views.run import places
from desktop.views.runs import RunsPage, create
from desktop.views.runs.table import DROPPED, NAME_WIDTH
from desktop.views.services import Services
from tests.support.streams import a_run, finished, recorded, timed, training

DATA = (DataSource(path="/d/bakery.jsonl"),)


@pytest.fixture
def runs(workspace: Path) -> dict[str, RunFolder]:
    """Three runs of one data set, the newest first: one at rest after a kill, two finished."""
    root, now = workspace / "runs", time.time()
    made = {
        "shop-full": a_run(root, timed(finished(), now - 9000), "shop-full", method=Choice(id="full"), data=DATA),
        "shop-lora": a_run(root, timed(finished(), now - 6000), "shop-lora", data=DATA),
        "legal": a_run(root, timed(training(42, 120), now - 3000), "legal", model="/m/Qwen2.5-1.5B"),
    }
    for run in made.values():
        (run.path / "checkpoints").mkdir()
        (run.path / "checkpoints" / "weights").write_bytes(b"x" * 1_000_000)
    return made


@pytest.fixture
def page(qtbot: QtBot, services: Services, runs: dict[str, RunFolder]) -> Iterator[RunsPage]:
    made = create(services)
    qtbot.addWidget(made)
    made.resize(1168, 840)
    made.show()
    made.entered()
    qtbot.waitUntil(lambda: len(made.table.rows.rows) == 3, timeout=5_000)
    qtbot.waitUntil(lambda: made.curves.plot.is_loaded, timeout=10_000)
    yield made
    made.closed()


def _column(page: RunsPage, place: int) -> list[str]:
    return [row[place].text for row in page.table.rows.rows]


def _click(qtbot: QtBot, page: RunsPage, row: int, column: int) -> None:
    place = page.table.visualRect(page.table.rows.index(row, column)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))


def _tick(qtbot: QtBot, page: RunsPage, *names: str) -> None:
    for name in names:
        _click(qtbot, page, _column(page, 1).index(name), 0)


def _texts(page: RunsPage) -> str:
    return "\n".join(text.text() for text in page.findChildren(Text) if text.isVisible())


def test_it_lists_every_run_newest_first(page: RunsPage) -> None:
    assert _column(page, 1) == ["legal", "shop-lora", "shop-full"]
    assert _column(page, 2) == ["Qwen2.5-1.5B", "starter", "starter"]
    assert _column(page, 3) == ["LoRA r16", "LoRA r16", "Full"]
    assert [(row[4].text, row[4].chip) for row in page.table.rows.rows] == [
        ("Interrupted", "warn"),
        ("Finished", "ok"),
        ("Finished", "ok"),
    ]
    assert _column(page, 5)[1].startswith("Held-out loss ")
    assert _column(page, 6) == ["42 of 120", "312 of 312", "312 of 312"]
    assert _column(page, 8)[1] == "0.640"
    assert not page.bar.isVisible()


def test_search_and_status_narrow_the_list(qtbot: QtBot, page: RunsPage) -> None:
    qtbot.keyClicks(page.search, "shop full")
    assert _column(page, 1) == ["shop-full"]
    page.search.clear()
    page.group.setCurrentText("Broke off")
    assert _column(page, 1) == ["legal"]
    qtbot.keyClicks(page.search, "nowhere")
    assert "No run fits" in _texts(page)


def test_a_click_on_a_name_opens_and_one_on_the_tick_does_not(qtbot: QtBot, page: RunsPage) -> None:
    with qtbot.waitSignal(page.navigate) as going:
        _click(qtbot, page, 0, 1)
    assert going.args[0] == "run"
    assert going.args[1]["run"].endswith("legal")
    with qtbot.assertNotEmitted(page.navigate):
        _tick(qtbot, page, "legal")
    assert page.bar.title.text() == "legal"
    assert "step 42 of 120" in page.bar.about.text()
    qtbot.waitUntil(lambda: page.bar.delete.text() == "Delete, frees 1.0 MB", timeout=5_000)


def test_the_keyboard_does_the_same(qtbot: QtBot, page: RunsPage) -> None:
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.rows.index(1, 1))
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert page.bar.title.text() == "shop-lora"
    with qtbot.waitSignal(page.navigate) as going:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert going.args[1]["run"].endswith("shop-lora")


def test_two_runs_are_compared(qtbot: QtBot, page: RunsPage) -> None:
    _tick(qtbot, page, "shop-lora", "shop-full")
    qtbot.waitUntil(lambda: "same data, 20 validation rows" in _texts(page), timeout=5_000)
    assert page.bar.title.text() == "Comparing 2 runs"
    told = _texts(page)
    assert "Settings that differ" in told
    qtbot.waitUntil(lambda: {"Method", "lora", "full"} <= set(_texts(page).splitlines()), timeout=5_000)
    steps, values = page.curves.plot.data["validation0"]
    assert (steps[-1], values[-1]) == (312, 0.64)
    assert len(page.curves.plot.data["training0"][0]) == 0
    page.curves.choice.setCurrentText("Training loss")
    assert len(page.curves.plot.data["training1"][0]) == 312
    assert "full" in page.curves.plot.accessibleDescription()
    assert "Batch size" not in _texts(page)
    page.settings.toggle.click()
    qtbot.waitUntil(lambda: "Batch size" in _texts(page), timeout=5_000)
    page.bar.clear.click()
    assert not page.curves.isVisible()


def test_a_deleted_run_can_be_taken_back(qtbot: QtBot, page: RunsPage, runs: dict[str, RunFolder]) -> None:
    _tick(qtbot, page, "shop-lora", "shop-full")
    qtbot.waitUntil(lambda: page.bar.delete.text() == "Delete, frees 2.2 MB", timeout=5_000)
    page.bar.delete.click()
    qtbot.waitUntil(lambda: _column(page, 1) == ["legal"], timeout=5_000)
    assert page.note.accessibleName() == "Deleted 2 runs Frees 2.2 MB when Fettle starts the next time."
    assert not runs["shop-lora"].path.exists()
    page.note.button.click()
    qtbot.waitUntil(lambda: len(page.table.rows.rows) == 3, timeout=5_000)
    assert (runs["shop-lora"].path / "checkpoints" / "weights").stat().st_size == 1_000_000


def test_a_run_at_work_is_not_deleted(qtbot: QtBot, page: RunsPage, runs: dict[str, RunFolder]) -> None:
    run = a_run(runs["legal"].path.parent, timed(training(3, 120), time.time()), "busy")
    with run.lock().acquire(timeout=1):
        qtbot.waitUntil(lambda: "busy" in _column(page, 1), timeout=5_000)
        qtbot.waitUntil(lambda: page.table.rows.rows[0][4].text == "3 / 120", timeout=5_000)
        _tick(qtbot, page, "busy")
        assert not page.bar.delete.isEnabled()
        page.table.delete_wanted.emit()
        assert "is at work and cannot be deleted" in page.note.accessibleName()
    assert run.path.exists()


def test_renaming_happens_on_the_line(qtbot: QtBot, page: RunsPage) -> None:
    _tick(qtbot, page, "legal")
    page.bar.rename.click()
    assert page.bar.name.isVisible()
    page.bar.name.setText("Verträge")
    qtbot.keyClick(page.bar.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Verträge" in _column(page, 1), timeout=5_000)


def test_export_goes_where_the_user_says(
    qtbot: QtBot, page: RunsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ask_folder", lambda *_: None)
    _tick(qtbot, page, "legal", "shop-lora")
    page.bar.export.click()
    assert not page.note.isVisible()
    monkeypatch.setattr(places, "ask_folder", lambda *_: tmp_path)
    page.bar.export.click()
    qtbot.waitUntil(lambda: "Exported" in page.note.accessibleName(), timeout=5_000)
    assert len([path for path in tmp_path.iterdir() if (path / "events.jsonl").is_file()]) == 2


def test_seven_runs_are_too_many_to_compare(qtbot: QtBot, page: RunsPage, runs: dict[str, RunFolder]) -> None:
    for number in range(4):
        a_run(runs["legal"].path.parent, recorded("finished"), f"more-{number}")
    qtbot.waitUntil(lambda: len(page.table.rows.rows) == 7, timeout=5_000)
    _tick(qtbot, page, *_column(page, 1))
    assert page.bar.title.text() == "Comparing 6 runs"
    assert "6 runs at most" in page.note.accessibleName()


@pytest.mark.parametrize("width", [900, 1168, 1400, 2200])
def test_names_have_room_and_wide_windows_show_more_columns(page: RunsPage, width: int) -> None:
    page.resize(width, 840)
    hidden = [column for column in DROPPED if page.table.isColumnHidden(column)]
    assert hidden == list(DROPPED[: len(hidden)])
    assert page.table.columnWidth(1) >= NAME_WIDTH
    assert (len(hidden) == 0) == (width == 2200)
    assert not page.table.isColumnHidden(8), "validation is always there"


def test_without_runs_it_says_what_to_do(qtbot: QtBot, services: Services) -> None:
    page = create(services)
    qtbot.addWidget(page)
    page.show()
    assert "No runs yet" in _texts(page)
    with qtbot.waitSignal(page.navigate) as going:
        page._empty.acted.emit()
    assert going.args[0] == "wizard"
