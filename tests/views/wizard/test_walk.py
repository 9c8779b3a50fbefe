"""The wizard as its user meets it: a whole walk by keyboard, and what each state of a step shows and allows."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.bridge import wizard_session
from desktop.engine.errors import Problem, RequestError
from desktop.engine.job import JobSpec
from desktop.flow.wizard_answers import STEPS, Answers
from desktop.flow.wizard_draft import load_draft, save_draft
from desktop.flow.wizard_findings import ModelFound
from desktop.views.components.label import Text
from desktop.views.wizard.data_step import DataStep
from desktop.views.wizard.memory_step import MemoryStep
from desktop.views.wizard.method_step import MethodStep
from desktop.views.wizard.page import WizardPage
from desktop.views.wizard.review_step import ReviewStep
from desktop.views.wizard.tokenizer_step import TokenizerStep
from tests.support import wizard_parts as parts
from tests.views.wizard.conftest import BIG, Stage


def said(widget: QWidget) -> str:
    """Everything a widget says where it can be seen."""
    QApplication.processEvents()  # layouts show what was added to them when the window works next
    return "\n".join(text.text() for text in widget.findChildren(Text) if text.isVisible())


def view(stage: Stage, step: str) -> QWidget:
    stage.page.session.go(step)
    assert stage.page.session.wizard.answers.step == step
    return stage.page.views[step]


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None, "nothing has the keyboard"
    qtbot.keyClick(target, key, modifier)


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

    tokenizer = page.views["tokenizer"]
    assert isinstance(tokenizer, TokenizerStep)
    assert QApplication.focusWidget() is tokenizer.choices.cards["keep"]
    stage.answer()
    assert "1.59" in said(tokenizer)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)

    method = page.views["method"]
    assert isinstance(method, MethodStep)
    assert QApplication.focusWidget() is method.list.choices.cards["lora"]
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Space)
    assert session.wizard.job.method.id == "qlora"
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


def test_the_preview_stays_beside_every_step(stage: Stage) -> None:
    stage.fill()
    for step in STEPS:
        view(stage, step)
        shown = said(stage.page.preview)
        for words in ("Starter", "LoRA, rank 16", "40 rows", "to spare"):
            assert words in shown


def test_columns_nobody_could_guess_are_mapped_in_their_heads(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    data.take("/data/odd.csv")
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(problem=True))
    assert "Pick which column is: Prompt, Answer, trained." in said(data)
    assert not data.rendered.isVisible()
    first, second = data.columns.pickers["instruction"], data.columns.pickers["output"]
    assert first.accessibleName() == "Role of the column instruction"
    first.setCurrentIndex(first.findData("instruction"))
    assert "Pick which column is: Answer, trained." in said(data)
    second.setCurrentIndex(second.findData("output"))
    asked = stage.workbench.last("inspect")
    assert asked.params["source"]["mapping"] == {"instruction": "instruction", "output": "output"}
    asked.succeeded.emit(parts.inspect_report(rows=12))
    assert "12 rows" in said(data)


def test_issues_are_listed_with_their_lines(stage: Stage) -> None:
    stage.fill()
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    stage.page.session.read_again()
    bad = [{"row": 12, "line": 12, "reason": "broken JSON at column 17"}]
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(bad=bad, bad_total=1, total=41))
    assert "Line 12" in said(data)
    assert "Broken JSON at column 17. Left out." in said(data)


def test_a_file_that_cannot_be_read_says_so_and_can_be_replaced(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    data.take("/data/empty.jsonl")
    stage.workbench.last("inspect").fail("no_rows", "There is no row in empty.jsonl.", "Choose another file.")
    assert "There is no row in empty.jsonl." in said(data)
    assert not data.columns.isVisible()
    qtbot.mouseClick(data.file_bar.replace_button, Qt.MouseButton.LeftButton)
    assert data.start.isVisible()


def test_the_rendered_row_is_told_in_words_and_turned_by_keys(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    stage.answer()
    assert data.rendered.tokens.accessibleDescription().endswith("Learned: Answer.")
    assert "row 1 of 40" in said(data.rendered)
    assert not data.rendered.back.isEnabled()
    data.rendered.forward.setFocus()
    qtbot.keyClick(data.rendered.forward, Qt.Key.Key_Space)
    assert stage.workbench.last("render").params["row"] == 1


def test_a_new_tokenizer_warns_and_offers_the_method_that_can(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    tokenizer = view(stage, "tokenizer")
    assert isinstance(tokenizer, TokenizerStep)
    stage.page.session.answer(stage.page.session.wizard.answers.with_method("lora"))
    tokenizer.choices.chosen.emit("train")
    assert "LoRA cannot learn a new tokenizer" in said(tokenizer)
    button = tokenizer._conflict.button
    assert button.text() == "Use full fine-tuning"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.job.method.id == "full"
    tokenizer.vocabulary.setValue(2000)
    assert stage.page.session.wizard.job.tokenizer.vocabulary == 2000
    qtbot.mouseClick(tokenizer.report.measure, Qt.MouseButton.LeftButton)
    assert stage.workbench.last("tokenizer_report").params["tokenizer"]["action"] == "train"
    stage.workbench.last("tokenizer_report").succeeded.emit(parts.tokenizer_report(trained=True))
    assert "1.21" in said(tokenizer)


def test_methods_can_be_searched_and_filtered(qtbot: QtBot, stage: Stage) -> None:
    stage.fill(BIG)
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    assert "full" in method.list.choices.cards
    qtbot.keyClicks(method.list.search, "low-rank")
    assert "full" not in method.list.choices.cards
    method.list.search.setText("no such thing")
    assert "No method matches." in said(method)
    method.list.search.clear()
    method.list.fits.setChecked(True)
    assert set(method.list.choices.cards) == {o.id for o in stage.page.session.wizard.offers if o.place}


def test_options_of_a_method_change_the_job_and_the_preview(stage: Stage) -> None:
    stage.fill()
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    form = method.detail.options
    assert form is not None
    form.rows["rank"].editor.set(8)
    form.rows["rank"].editor.changed.emit()
    assert stage.page.session.wizard.job.method.options == {"rank": 8}
    assert "was 16" in said(stage.page.preview)
    assert "rank 8" in method.detail.picture.accessibleName()
    training = method.detail.training
    assert training is not None
    assert set(training.rows) == {"epochs", "learning_rate"}
    training.rows["epochs"].editor.set(2.0)
    training.rows["epochs"].editor.changed.emit()
    assert stage.page.session.wizard.job.training.epochs == 2
    form.rows["rank"].reset()
    assert stage.page.session.wizard.job.method.options == {}


def test_all_settings_shows_every_setting_there_is(stage: Stage) -> None:
    stage.fill()
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    stage.page._advanced.setChecked(True)
    training = method.detail.training
    assert training is not None
    assert {"seed", "schedule", "optimizer", "validation_share"} <= set(training.rows)
    others = method.detail.others
    assert others is not None
    for name, value in (("answers", "last"), ("quantization", "8bit"), ("device", "cpu")):
        others.rows[name].editor.set(value)
        others.rows[name].editor.changed.emit()
        others = method.detail.others
        assert others is not None
    job = stage.page.session.wizard.job
    assert (job.objective.options, job.quantization, job.device) == ({"answers": "last"}, "8bit", "cpu")
    assert "was all" in said(stage.page.preview)
    stage.page._advanced.setChecked(False)
    assert method.detail.training is not None
    assert "seed" not in method.detail.training.rows
    assert method.detail.others is None


def test_a_model_chosen_elsewhere_opens_at_its_step(stage: Stage) -> None:
    stage.page.entered(model=BIG)
    stage.wait(lambda: stage.page.session.wizard.findings.model is not None)
    assert stage.page.session.wizard.answers.model == BIG
    assert stage.page.session.wizard.answers.step == "model"


def test_memory_that_does_not_fit_offers_to_make_it_fit(qtbot: QtBot, stage: Stage) -> None:
    stage.fill(BIG)
    session = stage.page.session
    session.answer(session.wizard.answers.with_training(batch_size=32, max_length=2048))
    session._find(lengths=parts.lengths(longest=2048))
    memory = view(stage, "memory")
    assert isinstance(memory, MemoryStep)
    assert "Does not fit" in said(memory)
    assert stage.page.preview.next_button.kind == "secondary"
    assert memory.verdict.fit.kind == "primary"
    before = session.wizard.estimate
    assert before is not None
    first = memory.fixes.buttons["batch"]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    after = session.wizard.estimate
    assert after is not None
    assert after.total_mib < before.total_mib
    assert session.wizard.job.training.accumulation > 1


def test_a_cell_of_the_map_is_one_press_away(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    memory = view(stage, "memory")
    assert isinstance(memory, MemoryStep)
    qtbot.mouseClick(memory.map.cells[(4, 128)], Qt.MouseButton.LeftButton)
    training = stage.page.session.wizard.job.training
    assert (training.batch_size, training.max_length) == (4, 128)
    assert memory.form is not None
    assert memory.form.values()["batch_size"] == 4
    assert all(cell.accessibleName() for cell in memory.map.cells.values())


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
