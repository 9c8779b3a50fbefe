"""The wizard as its user meets it: a whole walk by keyboard, and what stands beside every step."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.bridge import wizard_session
from desktop.engine.errors import RequestError
from desktop.flow.wizard_answers import STEPS, Answers
from desktop.flow.wizard_draft import load_draft
from desktop.flow.wizard_findings import ModelFound
from desktop.views.wizard.data_step import DataStep
from desktop.views.wizard.method_step import MethodStep
from desktop.views.wizard.objective_step import ObjectiveStep
from desktop.views.wizard.page import WizardPage
from desktop.views.wizard.tokenizer_step import TokenizerStep
from tests.support.wizard_user import press, said, view
from tests.views.wizard.conftest import BIG, Stage


def test_the_whole_walk_by_keyboard(qtbot: QtBot, stage: Stage) -> None:
    page, session = stage.page, stage.page.session
    model_cards = page.views["model"].choices.cards  # type: ignore[attr-defined]
    page._focus_step()
    assert QApplication.focusWidget() is model_cards["starter"]
    assert model_cards["starter"].selected  # inferred, and changed like anything else
    press(qtbot, Qt.Key.Key_Down)  # walk to another and come back
    press(qtbot, Qt.Key.Key_Right)
    assert QApplication.focusWidget() is model_cards[BIG]
    press(qtbot, Qt.Key.Key_Left)
    press(qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.wizard.findings.model is not None)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.wizard.answers.step == "data"

    data = page.views["data"]
    assert isinstance(data, DataStep)
    assert QApplication.focusWidget() is data.start.zone.file_button
    press(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is next(iter(data.start.choices.cards.values()))
    press(qtbot, Qt.Key.Key_Return)
    stage.answer()
    stage.answer()
    assert "40 rows" in said(data)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)

    objective = page.views["objective"]
    assert isinstance(objective, ObjectiveStep)
    assert QApplication.focusWidget() is objective.list.choices.cards["sft"]
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)

    tokenizer = page.views["tokenizer"]
    assert isinstance(tokenizer, TokenizerStep)
    assert QApplication.focusWidget() is tokenizer.choices.cards["keep"]
    stage.answer()
    assert "1.59" in said(tokenizer)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)

    method = page.views["method"]
    assert isinstance(method, MethodStep)
    assert QApplication.focusWidget() is method.list.choices.cards["lora"]
    second = list(method.list.choices.cards)[1]
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Space)
    assert session.wizard.job.method.id == second
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.wizard.answers.step == "memory"
    press(qtbot, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert session.wizard.answers.step == "method"
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.wizard.answers.step == "review"

    start = page.preview.next_button
    qtbot.waitUntil(start.isEnabled)
    qtbot.waitUntil(start.hasFocus)  # the next sensible act takes the keyboard once it can be pressed
    expected = session.wizard.job
    with qtbot.waitSignal(page.navigate) as gone:
        press(qtbot, Qt.Key.Key_Space)
    assert gone.args == ["run", {"run": "2026-11-20-run"}]
    assert stage.runs.started == [expected]
    assert load_draft() is None


def test_try_it_now_is_one_press_from_its_start(qtbot: QtBot, stage: Stage) -> None:
    stage.page.entered(preset="try_it_now")
    stage.wait(lambda: stage.page.session.wizard.findings.model is not None)
    assert not stage.page.preview.next_button.isEnabled()
    stage.answer()
    stage.wait(stage.page.preview.next_button.isEnabled)
    assert stage.page.preview.next_button.text() == "Start training"
    qtbot.mouseClick(stage.page.preview.next_button, Qt.MouseButton.LeftButton)
    assert stage.runs.started[0].method.options["rank"] == 16
    assert Path(stage.runs.started[0].data[0].path).is_file()


@pytest.mark.parametrize("step", STEPS[:2])
def test_a_next_that_cannot_be_pressed_says_why(stage: Stage, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(ref: str) -> ModelFound:
        raise RequestError("not_a_model", "It has no config.json.", "Pick another folder.")

    if step == "model":
        monkeypatch.setattr(wizard_session, "look_at", refuse)
        stage.page.session.answer(Answers(model="/a/folder"))
        stage.wait(lambda: stage.page.session.wizard.findings.model_error is not None)
        assert "It has no config.json." in said(stage.page.views["model"])
    else:
        stage.page.session.answer(Answers(model="starter"))
        stage.wait(lambda: stage.page.session.wizard.findings.model is not None)
        stage.page.session.go("data")
    reason = stage.page.session.wizard.current.blocked
    assert reason
    assert not stage.page.preview.next_button.isEnabled()
    assert stage.page.preview.next_button.accessibleDescription() == reason
    assert reason in said(stage.page.preview)
    stage.page._next()
    assert stage.page.session.wizard.answers.step == step


def test_the_preview_stays_beside_every_step(stage: Stage) -> None:
    stage.fill()
    for step in STEPS:
        view(stage, step)
        shown = said(stage.page.preview)
        for words in ("Starter", "LoRA, rank 16", "40 rows", "to spare"):
            assert words in shown


@pytest.mark.parametrize(("width", "steps", "preview"), [(1376, 208, 296), (1216, 140, 272)])
def test_the_frame_has_the_widths_of_the_drawing(stage: Stage, width: int, steps: int, preview: int) -> None:
    stage.page.resize(width, 800)
    assert stage.page.steps_pane.width() == steps
    assert stage.page.preview.width() == preview
    narrow = width < 1296
    assert (stage.page.preview.back_button.text() == "") is narrow
    assert stage.page.preview.back_button.accessibleName() == "Back"


@pytest.mark.parametrize("step", STEPS)
def test_everything_that_takes_the_keyboard_has_a_name(stage: Stage, step: str) -> None:
    stage.fill()
    view(stage, step)
    stage.answer()
    for widget in stage.page.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        if takes and not widget.objectName().startswith("qt_"):
            assert widget.accessibleName() or _spoken(widget), f"{type(widget).__name__} in {step} has no name"


def _spoken(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else ""


def test_no_widget_is_ever_shown_as_a_window_of_its_own(stage: Stage) -> None:
    stage.fill()
    for step in STEPS:
        view(stage, step)
    tops = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert [type(widget) for widget in tops] == [WizardPage]
