"""From a list of projects to a new one, its pairs as they come, and a file to train on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.preferences.store import PreferenceStore
from desktop.flow.annotate_start import Answerer
from desktop.views.preferences.page import PreferencesPage
from tests.support.fake_workbench import FakeWorkbench
from tests.views.preferences.conftest import Fill

BAKERY = Answerer("run:2026-11-20-bakery", "bakery", "2026-11-20-bakery")


def _offer(page: PreferencesPage) -> None:
    page.start.open_form()
    page.start.form.offer([BAKERY, Answerer("starter", "Starter model, untuned")], [], BAKERY.run)


def _piece(index: int, question: str) -> dict[str, Any]:
    prompt = [{"role": "user", "content": question}]
    return {"index": index, "prompt": prompt, "a": f"a{index}", "b": f"b{index}", "tokens": {}, "sources": {}}


def test_no_project_yet(page: PreferencesPage) -> None:
    assert not page.start.projects.rows
    assert page.start.projects._empty.isVisible()
    QTest.mouseClick(page.start.projects._empty.button, Qt.MouseButton.LeftButton)
    assert page.start.form.isVisible()


def test_projects_are_listed_and_a_broken_one_says_why(page: PreferencesPage, fill: Fill) -> None:
    fill(4)
    (paths.preferences() / "old.pairs").write_bytes(b"x" * 5000)
    page.show_projects()
    assert [row.summary.title for row in page.start.projects.rows] == ["Bakery answers", "old"]
    assert "damaged" in page.start.projects.rows[1].summary.trouble


def test_a_new_project_from_a_run_is_judged_while_its_pairs_are_made(
    page: PreferencesPage, bench: FakeWorkbench, qtbot: QtBot
) -> None:
    _offer(page)
    form = page.start.form
    form.pairs.setValue(3)
    assert form.title_edit.text() == "bakery answers"
    form.make.click()
    assert (bench.calls[0].op, bench.calls[0].params) == ("heldout_prompts", {"run": BAKERY.run})
    assert not form.make.isEnabled()
    bench.calls[0].succeeded.emit({"prompts": ["One?", "Two?"], "total": 2})
    making = bench.calls[1]
    assert (making.op, making.params["prompts"]) == ("generate_pairs", ["One?", "Two?", "One?"])
    annotator = page.annotator
    assert annotator.waiting.isVisible()
    making.streamed.emit(_piece(0, "One?"))
    assert annotator.pair.question.text() == "One?"
    QTest.keyClick(annotator, Qt.Key.Key_1)
    making.streamed.emit(_piece(1, "Two?"))
    assert annotator.pair.choices["left"].isChecked()  # an arriving pair disturbs nobody
    QTest.keyClick(annotator, Qt.Key.Key_Return)
    QTest.keyClick(annotator, Qt.Key.Key_2)
    QTest.keyClick(annotator, Qt.Key.Key_Return)
    assert annotator.waiting.isVisible()
    making.streamed.emit(_piece(2, "One?"))
    assert annotator.pair.question.text() == "One?"
    making.succeeded.emit({"made": 3})
    QTest.keyClick(annotator, Qt.Key.Key_1)
    QTest.keyClick(annotator, Qt.Key.Key_Return)
    assert annotator.done.isVisible()


def test_a_form_half_filled_in_does_not_jump_when_runs_change(page: PreferencesPage) -> None:
    _offer(page)
    form = page.start.form
    form.questions.choose("paste")
    form.title_edit.setText("Mine")
    form.offer([BAKERY, Answerer("starter", "Starter model, untuned")], [])
    assert (form.questions.current, form.title_edit.text()) == ("paste", "Mine")


def test_pasted_questions_need_no_run(page: PreferencesPage, bench: FakeWorkbench) -> None:
    _offer(page)
    form = page.start.form
    form.model.setCurrentIndex(1)
    assert form.questions.current == "paste"
    assert not form.make.isEnabled()
    form.pasted.setPlainText("One?\nTwo?")
    form.make.click()
    assert bench.calls[0].op == "generate_pairs"
    assert bench.calls[0].params["ref"] == "starter"


def test_against_the_base(page: PreferencesPage, bench: FakeWorkbench) -> None:
    _offer(page)
    page.start.form.against.choose("base")
    page.start.form.make.click()
    bench.calls[0].succeeded.emit({"prompts": ["One?"], "total": 1})
    assert bench.calls[1].params["names"] == ["tuned", "base"]


def test_a_run_without_questions_is_told_in_the_form(page: PreferencesPage, bench: FakeWorkbench) -> None:
    _offer(page)
    page.start.form.make.click()
    bench.calls[0].failed.emit(RequestError("no_prompts", "Nothing is asked.", "Paste questions instead."))
    assert page.start.form.trouble.isVisible()
    assert page.start.form.make.isEnabled()


def test_a_name_that_is_taken_is_told_in_the_form(page: PreferencesPage, bench: FakeWorkbench, fill: Fill) -> None:
    fill(1, "bakery answers")
    _offer(page)
    page.start.form.make.click()
    bench.calls[0].succeeded.emit({"prompts": ["One?"], "total": 1})
    assert page.start.form.trouble.isVisible()
    assert len(bench.calls) == 1


def test_the_making_can_be_stopped_and_its_failure_is_told(page: PreferencesPage, bench: FakeWorkbench) -> None:
    _offer(page)
    page.start.form.make.click()
    bench.calls[0].succeeded.emit({"prompts": ["One?"], "total": 1})
    making = bench.calls[1]
    making.streamed.emit(_piece(0, "One?"))
    page.annotator.stop_asked.emit()
    assert making.cancelled
    making.failed.emit(UserError("workbench_died", "The helper ended.", "Try again."))
    assert page.annotator.trouble.isVisible()
    assert page.annotator.pair.question.text() == "One?"


def test_making_goes_on_behind_the_list(page: PreferencesPage, bench: FakeWorkbench) -> None:
    _offer(page)
    page.start.form.pairs.setValue(2)
    page.start.form.make.click()
    bench.calls[0].succeeded.emit({"prompts": ["One?"], "total": 1})
    page.show_projects()
    bench.calls[1].streamed.emit(_piece(0, "One?"))
    assert page.making is not None
    page.open_project(page.making.path)
    assert page.annotator.pair.question.text() == "One?"
    session = page.annotator.session
    assert session is not None
    assert session.expected == 1


def test_entering_for_a_run_opens_the_form_and_for_a_project_the_project(page: PreferencesPage, fill: Fill) -> None:
    page.entered(run="2026-11-20-bakery")
    assert page.start.form.isVisible()
    page.entered(project=str(fill(2)))
    assert page.annotator.pair.question.text() == "Question 1?"


def test_a_project_that_went_away_is_told_in_the_list(page: PreferencesPage) -> None:
    page.open_project(paths.preferences() / "gone.pairs")
    assert page.start.trouble.isVisible()


def test_training_goes_on_from_the_model_that_was_judged(
    page: PreferencesPage, fill: Fill, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"run": BAKERY.run}
    monkeypatch.setattr("desktop.views.preferences.page.answerers", lambda _runs: [BAKERY])
    monkeypatch.setattr(PreferenceStore, "fact", lambda _store, key, default="": facts.get(key, default))
    page.open_project(fill(3))
    QTest.keyClick(page.annotator, Qt.Key.Key_1)
    QTest.keyClick(page.annotator, Qt.Key.Key_Return)
    page.annotator.top.export_button.click()
    with qtbot.waitSignal(page.navigate) as told:
        page.annotator.export_panel.train.click()
    assert told.args[1]["model"] == BAKERY.ref


def test_export_and_on_to_training(page: PreferencesPage, fill: Fill, qtbot: QtBot) -> None:
    page.open_project(fill(3))
    assert not page.annotator.top.export_button.isEnabled()
    QTest.keyClick(page.annotator, Qt.Key.Key_1)
    QTest.keyClick(page.annotator, Qt.Key.Key_Return)
    page.annotator.top.export_button.click()
    panel = page.annotator.export_panel
    assert panel.isVisible()
    file = paths.preferences() / "Bakery-answers.dpo.jsonl"
    (row,) = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert row["prompt"] == [{"role": "user", "content": "Question 1?"}]
    with qtbot.waitSignal(page.navigate) as told:
        panel.train.click()
    assert told.args == ["wizard", {"file": str(file)}]
    panel.format_chosen.emit("kto")
    assert (paths.preferences() / "Bakery-answers.kto.jsonl").is_file()
    assert not panel.train.isEnabled()


def test_only_ties_cannot_be_exported_as_pairs(page: PreferencesPage, fill: Fill) -> None:
    page.open_project(fill(1))
    QTest.keyClick(page.annotator, Qt.Key.Key_3)
    page.export_as("dpo")
    assert page.annotator.trouble.isVisible()
    assert not page.annotator.export_panel.isVisible()


def test_a_copy_is_saved_where_the_user_wants(
    page: PreferencesPage, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.open_project(fill(1))
    QTest.keyClick(page.annotator, Qt.Key.Key_1)
    page.export_as("dpo")
    target = tmp_path / "copy.jsonl"
    monkeypatch.setattr(
        "desktop.views.preferences.page.QFileDialog.getSaveFileName", lambda *_: (str(target), "JSON Lines")
    )
    page.annotator.export_panel.copy_asked.emit()
    assert target.read_text("utf-8").startswith('{"prompt"')


def test_closing_keeps_every_judgement(page: PreferencesPage, fill: Fill) -> None:
    path = fill(3)
    page.open_project(path)
    QTest.keyClick(page.annotator, Qt.Key.Key_1)
    page.closed()
    store = PreferenceStore.open(path)
    assert len(store.judgements()) == 1
    store.close()
