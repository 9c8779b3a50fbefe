"""The Data step's choices as its user meets them: policies, what the model sees, lengths, picks, templates, sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.data.source import Constant, Join
from desktop.views.components.dialog import MessageDialog
from desktop.views.components.fields import Combo
from desktop.views.wizard.data_step import DataStep
from desktop.views.wizard.hub_dialog import HubDialog
from desktop.views.wizard.pick_dialog import PickDialog
from desktop.views.wizard.template_dialog import TemplateDialog
from tests.support import wizard_parts as parts
from tests.support.wizard_user import said, view
from tests.views.wizard.conftest import Stage


@pytest.fixture
def step(stage: Stage) -> DataStep:
    """The Data step on a good file, with a row rendered."""
    stage.fill()
    shown = view(stage, "data")
    assert isinstance(shown, DataStep)
    stage.answer()
    return shown


def choose(combo: Combo, id: str) -> None:
    place = combo.findData(id)
    assert place >= 0, f"{id} is not offered"
    combo.setCurrentIndex(place)
    combo.activated.emit(place)


def dialog_of(step: DataStep, kind: type[QDialog]) -> Any:
    return next(found for found in step.findChildren(kind) if found.isVisible())


def test_a_policy_is_chosen_beside_its_issue(stage: Stage, step: DataStep) -> None:
    stage.page.session.read_again()
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(checks=parts.checks(), total=43))
    _empty, markup = step.overview.issues.rows
    assert markup.accessibleName() == "Warning. Lines 3, 9, 17, 18 and 2 more: The text holds HTML: used as it is."
    assert markup.policy is not None
    assert markup.policy.accessibleName() == "What becomes of these rows: Markup"
    choose(markup.policy, "fix")
    assert stage.workbench.last("inspect").params["source"]["checks"] == {"markup": "fix"}
    assert step.overview.issues.isVisible()  # what was known stays in sight while the file is checked again
    QTest.keyClick(step, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.workbench.last("inspect").params["source"]["checks"] == {}


def test_a_check_that_stops_shows_its_issue_to_choose_otherwise(stage: Stage, step: DataStep) -> None:
    stage.page.session.read_again()
    problem = {"code": "stopped", "message": "Line 12 stops the import.", "hint": "Mend it, or skip such rows."}
    report = parts.inspect_report(checks=parts.checks(), problem=False, rows=0, total=12)
    stage.workbench.last("inspect").succeeded.emit({**report, "problem": problem})
    assert "Line 12 stops the import." in said(step)
    assert step.overview.issues.isVisible()


def test_the_report_is_saved_where_the_user_says(
    stage: Stage, step: DataStep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "report.csv")
    asked = "desktop.views.wizard.data_issues.QFileDialog.getSaveFileName"
    monkeypatch.setattr(asked, lambda *a, **k: (place, "Markdown (*.md)"))
    step.overview.issues.save_button.click()
    params = stage.workbench.last("report").params
    assert (params["path"], params["format"]) == (place, "csv")
    stage.workbench.last("report").succeeded.emit({"path": place})
    assert f"The report is saved as {place}." in step.overview.trouble.accessibleName()


def test_reading_shows_its_rate_and_can_be_stopped(stage: Stage, step: DataStep) -> None:
    step.take(["/data/big.jsonl"])
    call = stage.workbench.last("inspect")
    survey = {key: value for key, value in parts.inspect_report().items() if key not in ("rows", "total", "bad")}
    call.streamed.emit({"survey": survey})
    assert "Question 1?" in said(step)  # the first rows are in sight long before the last is read
    assert not step.overview.issues.isVisible()
    call.streamed.emit({"what": "Reading rows", "done": 50, "total": 100, "rows": 5000, "rate": 1000.0, "left": 5.0})
    assert "1,000 rows a second, about 5 seconds left" in said(step)
    assert "50 %" in said(step)
    step.overview.reading.cancel_button.click()
    assert call.cancelled
    call.fail("cancelled", "This was cancelled.")
    assert "Reading was stopped." in said(step)
    assert not step.overview.reading.isVisible()
    step.overview.trouble.button.click()
    assert stage.workbench.last("inspect") is not call


def test_what_is_learned_and_what_is_cut_are_chosen_beside_the_row(stage: Stage, step: DataStep) -> None:
    rendered = step.overview.rendered
    session = stage.page.session
    stage.page.session.show_row(4)
    stage.workbench.last("render").succeeded.emit(parts.render_report(4))
    choose(rendered.answers, "last")
    assert session.wizard.job.objective.options == {"answers": "last"}
    asked = stage.workbench.last("render").params
    assert (asked["answers"], asked["row"]) == ("last", 4)  # the same row, seen in another way
    choose(rendered.overlong, "drop")
    assert session.wizard.job.training.overlong == "drop"
    choose(rendered.template, "chatml")
    assert session.wizard.job.chat_template == "chatml"
    assert stage.workbench.last("render").params["template"] == "chatml"
    assert stage.workbench.last("lengths").params["template"] == "chatml"


def test_a_cut_row_is_told_in_words_and_copied_as_text(stage: Stage, step: DataStep) -> None:
    report = parts.render_report()
    report |= {"special": [True, False, False, False], "beyond": 3, "cut": 1, "removed": "The last token is cut."}
    stage.page.session.show_row(1)
    stage.workbench.last("render").succeeded.emit(report)
    rendered = step.overview.rendered
    assert "The last token is cut." in said(rendered)
    assert rendered._trained.text == "1 learned, 33 %"
    assert "Learned: Answer" in rendered.tokens.accessibleDescription()
    rendered.copy_button.click()
    assert "[[Answer]]" in QApplication.clipboard().text()
    rendered.tokens.resize(400, 200)
    rendered.tokens.grab()  # framed, hatched and struck pieces are drawn
    QTest.qWait(0)


def test_both_sides_of_a_preference_are_shown(stage: Stage, step: DataStep) -> None:
    rejected = {**parts.render_report(), "pieces": [["Worse", True]], "tokens": 1, "trained": 1}
    stage.page.session.show_row(1)
    stage.workbench.last("render").succeeded.emit({**parts.render_report(), "rejected": rejected})
    assert "Preferred, 4 tokens" in said(step)
    assert "Rejected, 1 tokens" in said(step)
    assert step.overview.rendered.other.isVisible()


def test_the_longest_row_is_dragged_and_read_as_numbers(qtbot: QtBot, stage: Stage, step: DataStep) -> None:
    lengths = step.overview.lengths
    picture = lengths.histogram
    area, end = picture._area()
    at = QPointF(area.left() + picture._limit * area.width() / end, area.center().y()).toPoint()
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=at)
    half = QPointF(area.left() + area.width() / 2, area.center().y()).toPoint()
    qtbot.mouseMove(picture, half)
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=half)
    length = stage.page.session.wizard.job.training.max_length
    assert length == lengths.length.value()
    assert abs(length - end / 2) <= 8
    lengths.numbers.click()
    assert lengths.table.isVisible()
    assert lengths.table.rows.rows[0][0].text == "0 to 31"


def test_values_come_from_places_constants_and_joins(stage: Stage, step: DataStep) -> None:
    step.overview.file_bar.map_button.click()
    dialog = dialog_of(step, PickDialog)
    prompt, system = dialog.lines["instruction"], dialog.lines["input"]
    prompt.way.setCurrentIndex(prompt.way.findData("join"))
    prompt.text.setText("")
    dialog.apply_button.click()
    assert "Prompt: no column is named." in dialog.trouble.accessibleName()
    prompt.text.setText("instruction, extra")
    system.way.setCurrentIndex(system.way.findData("constant"))
    system.text.setText("Be kind.")
    dialog.lines["output"].text.setText("output[0].text")
    dialog.speakers.setPlainText("human = user")
    dialog.apply_button.click()
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert source.mapping == {
        "instruction": Join(join=("instruction", "extra")),
        "input": Constant(constant="Be kind."),
        "output": "output[0].text",
    }
    assert source.roles == {"human": "user"}


def test_a_template_is_edited_with_its_row_beside(qtbot: QtBot, stage: Stage, step: DataStep) -> None:
    step.overview.rendered.edit_button.click()
    dialog = dialog_of(step, TemplateDialog)
    assert not dialog.apply_button.isEnabled()
    qtbot.waitUntil(lambda: stage.workbench.asked("template_trial") == 1, timeout=3000)
    dialog.editor.setPlainText("{% for")
    dialog.editor.setPlainText("{% for %}")
    qtbot.waitUntil(lambda: stage.workbench.asked("template_trial") == 2, timeout=3000)  # once, when it rests
    assert stage.workbench.last("template_trial").params["template"] == "{% for %}"
    stage.workbench.last("template_trial").fail("bad_template", "Line 1: a name is missing after for.")
    assert "Line 1: a name is missing" in dialog.trouble.accessibleName()
    assert not dialog.apply_button.isEnabled()
    dialog.editor.setPlainText("{{ messages }}")
    qtbot.waitUntil(lambda: stage.workbench.asked("template_trial") == 3, timeout=3000)
    stage.workbench.last("template_trial").succeeded.emit({"text": "hello"})
    assert dialog.preview.toPlainText() == "hello"
    dialog.apply_button.click()
    assert stage.page.session.wizard.answers.chat_template == "{{ messages }}"
    assert step.overview.rendered.template.currentText() == "Edited by you"


def test_another_data_set_is_mixed_in(stage: Stage, step: DataStep) -> None:
    session = stage.page.session
    step.overview.file_bar.set_action.trigger()
    assert "mixed with what is there" in said(step.start)
    step.take(["/data/more.jsonl", "/data/rest.jsonl"])
    assert stage.workbench.last("inspect").params["source"]["also"] == ["/data/rest.jsonl"]
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(rows=120))
    sets = step.overview.sets
    assert "more.jsonl and 1 more" in sets.lines[1].look.text()
    assert "25 % of an epoch" in said(sets)
    choose(sets.strategy, "explicit")
    sets.lines[0].weight.setValue(3.0)
    assert session.wizard.answers.data[0].weight == 3.0
    assert session.wizard.job.mixing.strategy == "explicit"
    asked = stage.workbench.asked("inspect")
    choose(sets.lines[1].use, "validation")
    sets.lines[0].task.setText("bread")
    sets.lines[0].task.editingFinished.emit()
    assert session.wizard.job.data[0].task == "bread"
    sets.lines[0].look.click()
    assert session.wizard.answers.looked == 0
    assert stage.workbench.asked("inspect") == asked  # neither is read again
    assert "2 sets, 160 rows" in said(stage.page.preview)
    sets.lines[1].remove.click()
    assert len(session.wizard.answers.data) == 1
    assert not sets.isVisible()


def test_more_files_join_the_set(stage: Stage, step: DataStep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.views.wizard.data_step.choose_files", lambda _parent: ["/data/rows.jsonl", "/data/b"])
    step.overview.file_bar.more_action.trigger()
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert source.paths == ("/data/rows.jsonl", "/data/b")


def test_several_files_are_dropped_as_one_set(stage: Stage, step: DataStep, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for file in files:
        file.write_text("{}", encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    step.dropEvent(event)
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert source.paths == tuple(map(str, files))


def test_what_was_imported_before_opens_with_enter_and_is_forgotten_with_delete(
    stage: Stage, step: DataStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    step.overview.file_bar.replace_button.click()
    stage.workbench.last("library").succeeded.emit(parts.library_report())
    shelf = step.start.shelf
    assert shelf.isVisible()
    shelf.table.selectRow(0)
    answers = iter(["keep", "forget"])
    monkeypatch.setattr(MessageDialog, "ask", lambda *a, **k: next(answers))
    QTest.keyClick(shelf.table, Qt.Key.Key_Delete)
    assert stage.workbench.asked("forget") == 0
    QTest.keyClick(shelf.table, Qt.Key.Key_Delete)
    assert stage.workbench.last("forget").params == {"id": "a1"}
    QTest.keyClick(shelf.table, Qt.Key.Key_Return)
    assert step.overview.isVisible()
    stage.answer()
    assert stage.workbench.last("edit").params["action"] == "look"  # corrections of before are taken over
    edits = [{"row": 2, "skip": True}]
    stage.workbench.last("edit").succeeded.emit({"edits": edits, "can_undo": True, "can_redo": False, "sentence": ""})
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert [edit.row for edit in source.edits] == [2]
    assert step.undo_button.isEnabled()


def test_the_hub_is_asked_only_when_its_button_is_pressed(stage: Stage, step: DataStep) -> None:
    step.overview.file_bar.replace_button.click()
    step.start.zone.hub_button.click()
    dialog = dialog_of(step, HubDialog)
    stage.workbench.last("hub_sets").succeeded.emit({"sets": [{"name": "a/b", "files": 2, "bytes": 10}]})
    assert dialog.table.rows.rowCount() == 1
    assert stage.workbench.asked("hub_fetch") == 0
    dialog.name.setText("c/d")
    dialog.fetch_button.click()
    stage.workbench.last("hub_fetch").fail("no_network", "The hub cannot be reached.")
    assert "The hub cannot be reached." in dialog.trouble.accessibleName()
    dialog.table.selectRow(0)
    dialog.open_button.click()
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert source.path == "hub:a/b"


def test_everything_that_takes_the_keyboard_has_a_name_wherever_the_step_leads(stage: Stage, step: DataStep) -> None:
    def unnamed() -> list[QWidget]:
        QApplication.processEvents()
        found = [widget for widget in stage.page.findChildren(QWidget) if widget.isVisible() and widget.isEnabled()]
        takes = [widget for widget in found if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
        named = [widget for widget in takes if widget.accessibleName() or getattr(widget, "text", str)()]
        return [widget for widget in takes if widget not in named and not widget.objectName().startswith("qt_")]

    step.take(["/data/more.jsonl"])
    step._choosing = "another"
    step.take(["/data/third.jsonl"])
    stage.answer()
    stage.answer()
    assert unnamed() == []
    step.show_table()
    assert unnamed() == []
    step._leave_table()
    step.overview.file_bar.replace_button.click()
    stage.workbench.last("library").succeeded.emit(parts.library_report())
    assert unnamed() == []
    step.start.left.emit()
    for open_it, kind in ((step._open_picks, PickDialog), (step._open_template, TemplateDialog)):
        open_it()
        assert unnamed() == []
        dialog_of(step, kind).reject()


def test_the_share_held_out_can_be_changed(stage: Stage, step: DataStep) -> None:
    assert "36 rows to learn from, 4 held out" in said(step)
    step.overview.file_bar.share.setValue(25)
    assert stage.page.session.wizard.job.training.validation_share == 0.25
    assert "30 rows to learn from, 10 held out" in said(step)
