"""The Objective step as its user meets it: by keyboard, with what does not go, and with what is still missing."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.errors import Problem
from desktop.engine.objectives.sft import Sft
from desktop.flow.wizard_findings import ModelFound
from desktop.flow.wizard_objectives import with_objective
from desktop.views.wizard.data_step import DataStep
from desktop.views.wizard.objective_step import ObjectiveStep
from tests.support import needy_objective
from tests.support import wizard_parts as parts
from tests.support.wizard_user import press, said, view
from tests.views.wizard.conftest import Stage


def hold(stage: Stage, **report: Any) -> None:
    """Have the file hold other rows than questions and answers."""
    stage.fill()
    stage.page.session.read_again()
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(**report))


def opened(stage: Stage) -> ObjectiveStep:
    step = view(stage, "objective")
    assert isinstance(step, ObjectiveStep)
    return step


def test_preferences_are_switched_to_another_loss_by_keyboard(qtbot: QtBot, stage: Stage) -> None:
    hold(stage, kind="preference", recognised_title="Preference pairs")
    step = opened(stage)
    cards = step.list.choices.cards
    assert QApplication.focusWidget() is cards["dpo"]
    assert cards["dpo"].selected
    assert "Chosen because your rows are preference pairs" in said(step)
    while QApplication.focusWidget() is not cards["simpo"]:
        press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Space)
    session = stage.page.session
    assert session.wizard.job.objective.id == "simpo"
    assert cards["simpo"].selected
    assert "Chosen because" not in said(step)
    assert "SimPO" in said(stage.page.preview)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.wizard.answers.step == "tokenizer"


def test_tab_leads_from_the_list_to_the_options(qtbot: QtBot, stage: Stage) -> None:
    hold(stage, kind="preference")
    step = opened(stage)
    assert "Beta" in said(step)
    form = step.detail.options
    assert form is not None
    first = next(iter(form.rows.values())).editor.focus
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is first
    press(qtbot, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is list(step.list.choices.cards.values())[1]


def test_options_are_generated_and_change_the_job(stage: Stage) -> None:
    stage.fill()
    step = opened(stage)
    form = step.detail.options
    assert form is not None
    assert set(form.rows) == {"answers"}
    form.rows["answers"].editor.set("last")
    form.rows["answers"].editor.changed.emit()
    assert stage.page.session.wizard.job.objective.options == {"answers": "last"}
    assert "was all" in said(stage.page.preview)
    form.rows["answers"].reset()
    assert stage.page.session.wizard.answers.objective is None


def test_one_that_does_not_go_can_be_read_about_and_not_taken(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    step = opened(stage)
    card = step.list.choices.cards["dpo"]
    assert "Not available here" in card.accessibleName()
    assert "learns from preference pairs" in card.accessibleName()
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.job.objective.id == "sft"
    assert step.list.choices.cards["sft"].selected
    assert "It cannot be taken here" in said(step.detail)
    assert step.detail.options is None
    qtbot.mouseClick(step.detail.trouble.button, Qt.MouseButton.LeftButton)
    assert "It cannot be taken here" not in said(step.detail)
    assert step.detail.options is not None


def test_what_is_missing_is_said_and_holds_the_next_step_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    needy_objective.register(monkeypatch)
    stage.fill()
    step, session = opened(stage), stage.page.session
    session.models = [ModelFound("run:judge", "The judge", "", "run", "/judge", parts.facts(), "reward")]
    session.answer(with_objective(session.wizard, "needy"))
    assert needy_objective.MISSING in said(step.detail)
    assert not stage.page.preview.next_button.isEnabled()
    assert needy_objective.MISSING in said(stage.page.preview)
    form = step.detail.options
    assert form is not None
    assert form.rows["helper"].isHidden() or not form.rows["helper"].isVisible()
    stage.page._advanced.setChecked(True)
    assert form.rows["helper"].isVisible()
    form.rows["judge"].editor.set("run:judge")
    form.rows["judge"].editor.changed.emit()
    assert session.wizard.job.objective.options == {"judge": "run:judge"}
    assert stage.page.preview.next_button.isEnabled()
    assert needy_objective.MISSING not in said(step.detail)


def test_what_is_chosen_elsewhere_is_one_press_away(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = Problem("data", "no data set is marked as the old one.", "Mark one.")
    monkeypatch.setattr(Sft, "problems", lambda *_: [missing])
    stage.fill()
    step = opened(stage)
    assert "No data set is marked as the old one." in said(step.detail)
    assert step.detail.trouble.button.text() == "Open Data"
    qtbot.mouseClick(step.detail.trouble.button, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.answers.step == "data"


def test_rows_of_another_kind_are_one_press_from_the_objective_that_takes_them(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    session = stage.page.session
    session.answer(with_objective(session.wizard, "sft", {"answers": "last"}))
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    data.take(["/data/pairs.jsonl"])
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(kind="preference"))
    assert not stage.page.preview.next_button.isEnabled()
    button = data.overview.trouble.button
    assert button.text() == "Use Preferences (DPO) instead"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.wizard.job.objective.id == "dpo"
    assert stage.page.preview.next_button.isEnabled()


def test_labels_and_an_encoder_lead_to_a_started_classification(qtbot: QtBot, stage: Stage) -> None:
    session = stage.page.session
    stage.fill()
    encoder = dataclasses.replace(parts.model(parts.facts(kind="masked")), title="Encoder", use="masked")
    session._find(model=encoder, data=None)
    session.read_again()
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(kind="label"))
    opened(stage)
    assert session.wizard.job.objective.id == "classification"
    for expected in ("tokenizer", "method", "memory", "review"):
        press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        assert session.wizard.answers.step == expected
    start = stage.page.preview.next_button
    qtbot.waitUntil(start.isEnabled)
    qtbot.waitUntil(start.hasFocus)
    press(qtbot, Qt.Key.Key_Space)
    assert stage.runs.started[0].objective.id == "classification"
