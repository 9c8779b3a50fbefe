"""The open wizard asks for what it does not know, once, and drops answers nobody waits for any more."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from desktop.bridge.task import Tasks
from desktop.bridge.wizard_session import WizardSession
from desktop.bridge.workbench import WorkbenchClient
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_draft import draft_file, load_draft
from tests.support import wizard_parts as parts
from tests.support.fake_workbench import FakeWorkbench


@pytest.fixture
def workbench() -> FakeWorkbench:
    return FakeWorkbench()


@pytest.fixture
def session(qtbot: QtBot, workbench: FakeWorkbench) -> Iterator[WizardSession]:
    tasks = Tasks()
    made = WizardSession(cast("WorkbenchClient", workbench), tasks)
    made.wizard = made.wizard.found(machine=parts.LAPTOP)
    yield made
    made.close()
    tasks.close()
    made.deleteLater()


def with_file(session: WizardSession, path: str = "/data/rows.jsonl") -> None:
    session.answer(session.wizard.answers.with_source(path))


def test_a_chosen_model_is_looked_at_off_the_thread(qtbot: QtBot, session: WizardSession, tiny_model: Path) -> None:
    session.answer(dataclasses.replace(session.wizard.answers, model=str(tiny_model)))
    qtbot.waitUntil(lambda: session.wizard.findings.model is not None)
    assert not session.wizard.blocked("model")


def test_a_folder_that_is_no_model_is_said_in_a_sentence(qtbot: QtBot, session: WizardSession, tmp_path: Path) -> None:
    session.answer(dataclasses.replace(session.wizard.answers, model=str(tmp_path)))
    qtbot.waitUntil(lambda: session.wizard.findings.model_error is not None)
    assert "config.json" in session.wizard.blocked("model")


def test_models_at_hand_are_listed(qtbot: QtBot, session: WizardSession, workspace: Path, tiny_model: Path) -> None:
    (workspace / "models").mkdir(exist_ok=True)
    (workspace / "models" / "mine").symlink_to(tiny_model)
    with qtbot.waitSignal(session.models_changed):
        session.look_for_models()
    assert session.models is not None
    assert any(model.title == "mine" for model in session.models)


def test_a_file_is_inspected_then_measured_then_shown(session: WizardSession, workbench: FakeWorkbench) -> None:
    session.wizard = session.wizard.found(model=parts.model())
    session.begin(dataclasses.replace(Answers(), step="data"))
    session.wizard = session.wizard.found(model=parts.model())
    with_file(session)
    assert workbench.last("inspect").params["source"]["path"] == "/data/rows.jsonl"
    assert workbench.asked("lengths") == 0
    session.wizard = dataclasses.replace(
        session.wizard, answers=dataclasses.replace(session.wizard.answers, model="starter")
    )
    workbench.last("inspect").succeeded.emit(parts.inspect_report())
    assert session.wizard.findings.data is not None
    workbench.last("lengths").succeeded.emit(parts.lengths_report())
    assert session.wizard.findings.lengths is not None
    workbench.last("render").succeeded.emit(parts.render_report())
    assert session.rendered is not None
    session.show_row(3)
    assert workbench.last("render").params["row"] == 3
    assert workbench.asked("inspect") == 1


def test_another_file_calls_the_old_question_off_and_ignores_its_answer(
    session: WizardSession, workbench: FakeWorkbench
) -> None:
    with_file(session, "/data/old.jsonl")
    old = workbench.last("inspect")
    with_file(session, "/data/new.jsonl")
    assert old.cancelled
    old.succeeded.emit(parts.inspect_report(rows=7))
    assert session.wizard.findings.data is None
    workbench.last("inspect").succeeded.emit(parts.inspect_report(rows=40))
    assert session.wizard.findings.data is not None
    assert session.wizard.findings.data.rows == 40


def test_a_file_that_cannot_be_read_blocks_and_can_be_read_again(
    session: WizardSession, workbench: FakeWorkbench
) -> None:
    with_file(session)
    workbench.last("inspect").fail("no_rows", "There is no row in it.")
    assert "no row" in session.wizard.blocked("data")
    session.read_again()
    assert workbench.asked("inspect") == 2
    workbench.last("inspect").succeeded.emit(parts.inspect_report())
    assert session.wizard.findings.data_error is None


def test_columns_to_be_mapped_are_not_asked_about_twice(session: WizardSession, workbench: FakeWorkbench) -> None:
    with_file(session)
    workbench.last("inspect").succeeded.emit(parts.inspect_report(problem=True))
    assert workbench.asked("inspect") == 1
    session.answer(session.wizard.answers.with_mapping({"instruction": "instruction", "output": "output"}))
    assert workbench.asked("inspect") == 2
    assert workbench.last("inspect").params["source"]["mapping"] == {"instruction": "instruction", "output": "output"}


def test_the_tokenizer_is_measured_on_request(session: WizardSession, workbench: FakeWorkbench) -> None:
    with_file(session)
    session.wizard = session.wizard.found(model=parts.model(), data=parts.data())
    session.measure_tokenizer()
    workbench.last("tokenizer_report").succeeded.emit(parts.tokenizer_report())
    assert session.wizard.findings.tokenizer is not None
    session.read_again()
    session.wizard = session.wizard.found(model=parts.model(), data=parts.data())
    session.measure_tokenizer()
    workbench.last("tokenizer_report").fail("bad_tokenizer", "It cannot be read.")
    assert session.tokenizer_error is not None


def test_review_asks_the_engines_own_check(qtbot: QtBot, session: WizardSession, tiny_model: Path) -> None:
    session.wizard = session.wizard.answered(Answers(model=str(tiny_model)).with_source("/nowhere/rows.jsonl"))
    session.wizard = session.wizard.found(
        machine=parts.LAPTOP, model=parts.model(), data=parts.data("/nowhere/rows.jsonl"), lengths=parts.lengths()
    )
    session.go("review")
    assert session.wizard.answers.step == "review"
    qtbot.waitUntil(lambda: session.wizard.findings.problems is not None)
    assert "no file" in session.wizard.blocked("review")  # the engine's own words, in the window


def test_a_step_that_is_not_reachable_stays_closed(session: WizardSession) -> None:
    session.go("review")
    assert session.wizard.answers.step == "model"


def test_the_draft_is_saved_a_moment_later_and_dropped_at_the_start(qtbot: QtBot, session: WizardSession) -> None:
    with qtbot.waitSignal(session.saved):
        with_file(session)
    assert load_draft() == session.wizard.answers
    session.answer(dataclasses.replace(session.wizard.answers, name="mine"))
    session.rest()  # the page goes to the back before the moment is over
    draft = load_draft()
    assert draft is not None
    assert draft.name == "mine"
    job = session.started()
    assert job.name == "mine"
    assert not draft_file().exists()
    assert not session.wizard.answers.touched


def test_closing_calls_everything_off(session: WizardSession, workbench: FakeWorkbench) -> None:
    with_file(session)
    call = workbench.last("inspect")
    session.close()
    assert call.cancelled
    assert load_draft() is not None
