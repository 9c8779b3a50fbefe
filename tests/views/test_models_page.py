"""The Models page against a workbench that plays a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.bridge.task import Tasks
from desktop.views.family import FamilyDialog
from desktop.views.models import ModelsPage, create
from desktop.views.run.ranks import RankDialog
from tests.support.fake_workbench import FakeWorkbench

FACTS = {"kind": "causal", "parameters": 3_690_000, "context": 1024}
FOUND: dict[str, Any] = {
    "folder": "/workspace/models",
    "models": [
        {
            "ref": "starter",
            "title": "Starter",
            "source": "bundled",
            "folder": "/b/starter",
            "facts": FACTS,
            "bytes": 7e6,
        },
        {
            "ref": "half",
            "title": "half",
            "source": "local",
            "folder": "/w/half",
            "facts": None,
            "problem": "No weights.",
        },
        {
            "ref": "run:bakery",
            "title": "bakery",
            "source": "run",
            "folder": "/w/bakery",
            "facts": FACTS,
            "base": "starter",
            "method": "lora",
        },
    ],
}


class FakeRuns(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def summaries(self) -> list[Any]:
        return self.found


@pytest.fixture
def workbench() -> FakeWorkbench:
    return FakeWorkbench()


@pytest.fixture
def page(qtbot: QtBot, workbench: FakeWorkbench) -> Iterator[ModelsPage]:
    services = SimpleNamespace(workbench=workbench, runs=FakeRuns(), tasks=Tasks())
    made = cast("ModelsPage", create(cast("Any", services)))
    qtbot.addWidget(made)
    made.resize(1160, 760)
    made.show()
    qtbot.waitExposed(made)
    made.entered()
    workbench.last("models").succeeded.emit(FOUND)
    yield made
    made.closed()


def titles(page: ModelsPage) -> list[str]:
    return [row[0].text for row in page.table.rows.rows]


def test_the_first_model_is_shown_and_the_keyboard_walks_the_list(page: ModelsPage, qtbot: QtBot) -> None:
    assert titles(page) == ["Starter", "half", "bakery"]
    assert page.detail.title.text() == "Starter"
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.detail.title.text() == "half"
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.detail.title.text() == "bakery"
    assert page.table.rows.rows[2][0].note == "LoRA over Starter"


def test_a_broken_model_says_why_and_cannot_be_used(page: ModelsPage) -> None:
    page.table.selectRow(1)
    assert page.detail.problem.isVisible()
    assert "No weights." in page.detail.problem.accessibleName()
    assert not page.detail.chat.isVisible()
    assert not page.detail.base.isEnabled()


@pytest.mark.parametrize(
    ("row", "button", "goes"),
    [
        (2, "chat", ["chat", {"run": "bakery"}]),
        (0, "chat", ["chat", {"model": "starter"}]),
        (2, "base", ["wizard", {"model": "run:bakery"}]),
    ],
)
def test_buttons_lead_on(page: ModelsPage, qtbot: QtBot, row: int, button: str, goes: list[Any]) -> None:
    page.table.selectRow(row)
    with qtbot.waitSignal(page.navigate) as went:
        getattr(page.detail, button).click()
    assert went.args == goes


def test_the_rank_of_a_run_is_one_press_away(page: ModelsPage, workbench: FakeWorkbench) -> None:
    page.table.selectRow(0)
    assert not page.detail.ranks.isVisible()  # nothing was learned by a bundled model
    page.table.selectRow(2)
    page.detail.ranks.click()
    assert workbench.last("rank_report").params == {"run": "run:bakery"}
    page.findChildren(RankDialog)[0].reject()


def test_folders_open_or_are_named(page: ModelsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toLocalFile())) or True)
    page.table.selectRow(2)
    page.detail.folder.click()
    page.own.click()
    assert [Path(path).as_posix() for path in opened] == ["/w/bakery", "/workspace/models"]
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    page.detail.folder.click()
    assert page.banner.isVisible()
    assert "bakery" in page.banner.accessibleName()
    page.detail.copy.click()
    assert Path(QGuiApplication.clipboard().text()).as_posix() == "/w/bakery"


def test_search_narrows_the_list_and_keeps_the_choice(page: ModelsPage, qtbot: QtBot) -> None:
    page.table.selectRow(2)
    qtbot.keyClicks(page.search, "tuned")
    assert titles(page) == ["bakery"]
    assert page.detail.title.text() == "bakery"
    qtbot.keyClicks(page.search, " nothing")
    assert page.empty.isVisible()
    page.search.clear()
    assert titles(page) == ["Starter", "half", "bakery"]
    assert page.detail.title.text() == "bakery"


def test_a_failed_look_can_be_repeated(page: ModelsPage, workbench: FakeWorkbench) -> None:
    page.entered()
    workbench.last("models").fail("workbench_died", "The helper ended.")
    assert page.banner.isVisible()
    page.banner.button.click()
    assert workbench.asked("models") == 3
    workbench.last("models").succeeded.emit(FOUND)
    assert not page.banner.isVisible()


def test_a_run_that_finishes_meanwhile_is_looked_for(page: ModelsPage, workbench: FakeWorkbench) -> None:
    runs = cast("Any", page)._services.runs
    runs.found = [SimpleNamespace(folder="new", has_model=True)]
    runs.changed.emit()
    runs.changed.emit()
    assert workbench.asked("models") == 2


def test_what_cannot_be_chatted_with_is_tried(page: ModelsPage, qtbot: QtBot, workbench: FakeWorkbench) -> None:
    rating = FOUND["models"][2] | {"use": "reward"}
    page.entered(model="run:bakery")
    workbench.last("models").succeeded.emit(FOUND | {"models": [*FOUND["models"][:2], rating]})
    assert page.table.rows.rows[2][2].text == "rates"
    assert page.detail.chat.text() == "Try it"
    with qtbot.waitSignal(page.navigate) as went:
        page.detail.chat.click()
    assert went.args == ["chat", {"model": "run:bakery"}]


def test_the_family_tree_leads_to_its_members(page: ModelsPage, qtbot: QtBot, workbench: FakeWorkbench) -> None:
    page.table.selectRow(2)
    qtbot.keyClicks(page.search, "bakery")
    page.detail.family.click()
    assert workbench.last("lineage").params == {"model": "run:bakery"}
    dialog = page.findChildren(FamilyDialog)[0]
    dialog.chosen.emit("starter")
    assert page.detail.title.text() == "Starter"
    assert page.search.text() == ""
    with qtbot.waitSignal(page.navigate) as went:
        dialog.as_base.emit("starter")
    assert went.args == ["wizard", {"model": "starter"}]
    dialog.reject()
