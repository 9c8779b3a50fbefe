"""The family tree by mouse and by keyboard: every model is read out, leads on, and goes into plain text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.engine.models.kin import BASE, DataFile, Figure, Kin, Making
from desktop.views.family import FamilyDialog
from desktop.views.theme.theme import Theme
from tests.support.fake_workbench import FakeWorkbench

MADE = Making(
    "sft", "Learning from examples", "lora", "LoRA", 30, "sft", (DataFile("bakery.jsonl", "ab" * 32),),
    Figure("Held-out loss", 3.0, 0.5),
)  # fmt: skip
GONE = Kin("run:old", "old", BASE, there=False, problem="The run 'old' has no saved model.")
SFT = Kin("run:sft", "sft", BASE, made=MADE, further=(GONE,))
BEST = Kin("run:best", "best", made=replace(MADE, steps=60), further=(SFT,))
YOUNG = Kin("run:young", "young", BASE, made=MADE)


@pytest.fixture
def workbench() -> FakeWorkbench:
    return FakeWorkbench()


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme, workbench: FakeWorkbench) -> FamilyDialog:
    made = FamilyDialog(cast("Any", workbench), "run:best", "best")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def full(dialog: FamilyDialog, workbench: FakeWorkbench) -> FamilyDialog:
    workbench.last("lineage").succeeded.emit({"model": BEST.as_dict(), "tuned": [YOUNG.as_dict()]})
    return dialog


def test_every_model_stands_in_it_and_is_read_out(full: FamilyDialog, workbench: FakeWorkbench) -> None:
    assert workbench.last("lineage").params == {"model": "run:best"}
    spoken = [card.accessibleName() for card in full.cards]
    assert [words.split(".")[0].split(",")[0] for words in spoken] == ["old", "sft", "best", "young"]
    assert "Held-out loss 3 to 0.5" in spoken[1]
    assert "has no saved model" in spoken[0]
    assert not full.outcome.isVisible()


def test_arrows_walk_it_and_enter_chooses(full: FamilyDialog, qtbot: QtBot) -> None:
    assert full.focusWidget() is full.cards[2]
    qtbot.keyClick(full.cards[2], Qt.Key.Key_Up)
    assert full.focusWidget() is full.cards[1]
    with qtbot.waitSignal(full.chosen) as chosen:
        qtbot.keyClick(full.cards[1], Qt.Key.Key_Return)
    assert chosen.args == ["run:sft"]
    assert not full.isVisible()


def test_any_model_that_is_there_can_be_a_base_again(full: FamilyDialog, qtbot: QtBot) -> None:
    assert not full.cards[0].base.isVisible()
    with qtbot.waitSignal(full.as_base) as based:
        full.cards[3].base.click()
    assert based.args == ["run:young"]


def test_a_model_that_is_gone_leads_nowhere(full: FamilyDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(full.chosen):
        qtbot.mouseClick(full.cards[0], Qt.MouseButton.LeftButton)
    assert full.isVisible()


def test_the_tree_goes_into_the_clipboard_as_text(full: FamilyDialog) -> None:
    full.copy.click()
    assert QGuiApplication.clipboard().text().startswith("old (not here)")


def test_a_failure_is_told(dialog: FamilyDialog, workbench: FakeWorkbench) -> None:
    workbench.last("lineage").fail("no_model", "There is no such model.")
    assert "There is no such model." in dialog.outcome.accessibleName()
