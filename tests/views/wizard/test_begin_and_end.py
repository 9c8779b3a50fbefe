"""How the wizard is opened, left, resumed and started: drafts, clones, files, the review, a refused start."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.errors import Problem
from desktop.engine.job import JobSpec
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_draft import save_draft
from desktop.views.wizard.model_step import ModelStep
from desktop.views.wizard.review_step import ReviewStep
from tests.support.wizard_user import said, view
from tests.views.wizard.conftest import BIG, Stage


def test_problems_of_the_engine_stop_the_start_and_lead_to_their_step(qtbot: QtBot, stage: Stage) -> None:
    stage.problems.append(Problem("data.0.path", "there is no file rows.jsonl.", "Check the path."))
    stage.fill()
    review = view(stage, "review")
    stage.wait(lambda: stage.page.session.wizard.findings.problems is not None)
    assert not stage.page.preview.next_button.isEnabled()
    assert "There is no file rows.jsonl." in said(review)
    go = next(b for b in review.findChildren(QAbstractButton) if b.text() == "Go to Data" and b.isVisible())
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.answers.step == "data"


def test_a_model_chosen_elsewhere_opens_at_its_step(stage: Stage) -> None:
    stage.page.entered(model=BIG)
    stage.wait(lambda: stage.page.session.wizard.findings.model is not None)
    assert stage.page.session.wizard.answers.model == BIG
    assert stage.page.session.wizard.answers.step == "model"


def test_the_job_file_is_shown_saved_and_its_command_copied(
    qtbot: QtBot, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.fill()
    review = view(stage, "review")
    assert isinstance(review, ReviewStep)
    assert "fettle train job.yaml" in said(review)
    stage.wait(stage.page.preview.next_button.hasFocus)  # the check is through and has moved the keyboard
    qtbot.mouseClick(review.name_edit, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(review.name_edit, "my run")
    assert stage.page.session.wizard.job.name == "my run"
    file = tmp_path / "my run.yaml"
    monkeypatch.setattr("desktop.views.wizard.review_step.QFileDialog.getSaveFileName", lambda *a, **k: (str(file), ""))
    qtbot.mouseClick(review.save_button, Qt.MouseButton.LeftButton)
    assert JobSpec.read(file) == stage.page.session.wizard.job
    qtbot.mouseClick(review.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == f"fettle train '{file}'"
    qtbot.keyClicks(review.name_edit, "/")
    assert "A name has none of" in said(review)
    assert stage.page.session.wizard.job.name == "my run"
    qtbot.waitUntil(lambda: review.copy_button.text() == "Copy command", timeout=3000)


def test_a_job_file_opens_at_review_and_a_data_file_at_data(stage: Stage, tmp_path: Path) -> None:
    job = JobSpec.from_mapping(
        {"name": "theirs", "data": [{"path": "rows.jsonl"}], "method": {"id": "lora", "rank": 4}}
    )
    (tmp_path / "job.yaml").write_text(job.to_yaml(), encoding="utf-8")
    stage.page.entered(file=str(tmp_path / "job.yaml"))
    assert stage.page.session.wizard.answers.step == "review"
    assert stage.page.session.wizard.job.method.options == {"rank": 4}
    assert stage.page.session.wizard.job.data[0].path == str(tmp_path / "rows.jsonl")
    (tmp_path / "bad.yaml").write_text("name: [", encoding="utf-8")
    stage.page.entered(file=str(tmp_path / "bad.yaml"))
    assert "not valid YAML" in stage.page.banner.accessibleName()
    assert stage.page.banner.isVisible()
    stage.page.entered(file=str(tmp_path / "rows.csv"))
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert source.path == str(tmp_path / "rows.csv")


def test_a_file_alone_opens_the_data_step_with_a_model_that_was_inferred(stage: Stage, tmp_path: Path) -> None:
    stage.page.entered(file=str(tmp_path / "rows.csv"))
    answers = stage.page.session.wizard.answers
    assert (answers.step, answers.model) == ("data", "starter")
    stage.answer()
    assert "40 rows" in said(stage.page.views["data"])


def test_a_run_is_cloned_as_it_was(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "old-run").mkdir()
    job = JobSpec.from_mapping({"name": "old", "data": [{"path": "/d/rows.jsonl"}], "training": {"seed": 3}})
    (tmp_path / "old-run" / "job.yaml").write_text(job.to_yaml(), encoding="utf-8")
    stage.page.entered(clone="old-run")
    assert stage.page.session.wizard.job == job


def test_a_draft_is_resumed_where_it_was_left(stage: Stage) -> None:
    save_draft(dataclasses.replace(Answers(model="starter", step="data"), name="kept"))
    stage.page.entered(resume_draft=True)
    assert stage.page.session.wizard.answers.name == "kept"
    assert stage.page.session.wizard.answers.step == "data"


def test_starting_over_can_be_undone(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    before = stage.page.session.wizard.answers
    qtbot.mouseClick(stage.page._over, Qt.MouseButton.LeftButton)
    assert not stage.page.session.wizard.answers.touched
    qtbot.mouseClick(stage.page._over, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.answers == before


def test_a_refused_start_is_told_and_nothing_is_lost(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.engine.errors import UserError

    def refuse(job: JobSpec) -> str:
        raise UserError("disk_full", "The disk is full.", "Free some space.")

    stage.fill()
    view(stage, "review")
    stage.wait(stage.page.preview.next_button.isEnabled)
    monkeypatch.setattr(stage.runs, "start", refuse)
    answers = stage.page.session.wizard.answers
    qtbot.mouseClick(stage.page.preview.next_button, Qt.MouseButton.LeftButton)
    assert stage.page.banner.isVisible()
    assert stage.page.session.wizard.answers == answers


def test_several_jobs_are_one_press_away_from_the_first_step(qtbot: QtBot, stage: Stage) -> None:
    stage.page.session.go("model")
    model = view(stage, "model")
    assert isinstance(model, ModelStep)
    with qtbot.waitSignal(stage.page.navigate) as went:
        model.kind.chosen.emit("recipe")
    assert went.args == ["recipes", {}]
    assert model.kind.current == "one"


def test_a_run_can_wait_while_another_is_at_work(qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.fill()
    review = view(stage, "review")
    assert isinstance(review, ReviewStep)
    stage.wait(stage.page.preview.next_button.isEnabled)
    assert not review.queue.isVisible()
    monkeypatch.setattr("desktop.views.wizard.page.live_run", lambda _: SimpleNamespace(name="bakery"))
    stage.page._refresh()
    assert review.queue.isVisible()
    assert "bakery is at work" in review.queue.accessibleName()
    jobs: list[JobSpec] = []
    monkeypatch.setattr(stage.page.queue, "add", jobs.append)
    job = stage.page.session.wizard.job
    review.queue.button.click()
    assert jobs == [job]
    with qtbot.waitSignal(stage.page.navigate) as went:
        stage.page.queue.added.emit("run")
    assert went.args == ["home", {}]
