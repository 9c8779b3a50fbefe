"""The table of all rows as its user meets it: keys that skip, restore, open and undo, a filter, a way to a row."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.wizard.data_step import DataStep
from desktop.views.wizard.row_dialog import RowDialog
from tests.support import wizard_parts as parts
from tests.support.wizard_user import press, said, view
from tests.views.wizard.conftest import Stage


@pytest.fixture
def step(stage: Stage) -> DataStep:
    """The Data step with the table open on a file of which two checks found something."""
    stage.fill()
    shown = view(stage, "data")
    assert isinstance(shown, DataStep)
    stage.page.session.read_again()
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(checks=parts.checks(), total=43))
    stage.workbench.last("lengths").succeeded.emit(parts.lengths_report())
    shown.show_table()
    stage.wait(lambda: stage.workbench.asked("rows") > 0)
    rows(stage)
    return shown


def rows(stage: Stage, total: int = 40) -> None:
    stage.workbench.last("rows").succeeded.emit(parts.rows_report(total=total))


def edited(stage: Stage, edits: list[dict[str, Any]], sentence: str, *, redo: bool = False) -> None:
    reply = {"edits": edits, "can_undo": bool(edits), "can_redo": redo, "sentence": sentence}
    stage.workbench.last("edit").succeeded.emit(reply)


def test_space_skips_a_row_and_restores_it(stage: Stage, step: DataStep) -> None:
    table = step.rows.table
    assert QApplication.focusWidget() is table
    assert table.currentIndex().row() == 0
    with_key = QApplication.focusWidget()
    assert with_key is not None
    assert "40 rows" in said(step.rows)
    send(table, Qt.Key.Key_Down)
    send(table, Qt.Key.Key_Space)
    asked = stage.workbench.last("edit").params
    assert (asked["action"], asked["row"]) == ("skip", 2)
    edited(stage, [{"row": 2, "skip": True}], "Row 2 is left out.")
    assert "Row 2 is left out." in said(step.rows)
    seen = table.rows.seen(1)
    assert seen is not None
    assert seen.state == "skipped"
    assert step.rows.skip_button.text() == "Restore"
    source = stage.page.session.wizard.answers.source
    assert source is not None
    assert [edit.row for edit in source.edits] == [2]
    send(table, Qt.Key.Key_Delete)
    assert stage.workbench.last("edit").params["action"] == "restore"


def send(table: Any, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(table, key, modifier)


def test_enter_opens_a_row_and_saves_what_is_typed(qtbot: QtBot, stage: Stage, step: DataStep) -> None:
    send(step.rows.table, Qt.Key.Key_Return)
    values = {"instruction": "Question 1?", "output": "Answer 1.", "tags": ["a"]}
    report = {"row": 1, "line": 1, "file": "", "values": values, "edited": False, "raw": "{}"}
    stage.workbench.last("record").succeeded.emit(report)
    dialog = step.rows._dialog
    assert isinstance(dialog, RowDialog)
    dialog.fields["tags"].setPlainText('["a", ]')
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert "tags is not valid JSON" in dialog.trouble.accessibleName()
    assert stage.workbench.asked("edit") == 0
    dialog.fields["tags"].setPlainText('["a", 2]')
    dialog.fields["output"].setPlainText("Better.")
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog.fields["output"], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    asked = stage.workbench.last("edit").params
    assert asked["action"] == "set"
    assert asked["values"] == {"instruction": "Question 1?", "output": "Better.", "tags": ["a", 2]}
    edited(stage, [{"row": 1, "values": asked["values"]}], "Row 1 is corrected.")
    seen = step.rows.table.rows.seen(0)
    assert seen is not None
    assert (seen.state, seen.cells["output"]) == ("edited", "Better.")
    send(step.rows.table, Qt.Key.Key_Return)  # what was typed is known without asking
    assert stage.workbench.asked("record") == 1
    again = step.rows._dialog
    assert isinstance(again, RowDialog)
    assert again.fields["output"].toPlainText() == "Better."
    again.reject()


def test_a_row_that_could_not_be_read_is_mended_as_a_whole(stage: Stage, step: DataStep) -> None:
    send(step.rows.table, Qt.Key.Key_Return)
    stage.workbench.last("record").succeeded.emit({"row": 1, "line": 1, "values": {}, "raw": '{"instruction": "No'})
    dialog = step.rows._dialog
    assert isinstance(dialog, RowDialog)
    (only,) = dialog.fields.values()
    assert only.toPlainText() == '{"instruction": "No'
    only.setPlainText("[1]")
    dialog.save()
    assert "A row is an object" in dialog.trouble.accessibleName()
    only.setPlainText('{"instruction": "Now?", "output": "Yes."}')
    dialog.save()
    assert stage.workbench.last("edit").params["values"] == {"instruction": "Now?", "output": "Yes."}


def test_undo_takes_back_a_skip_first_and_then_the_mapping(stage: Stage, step: DataStep) -> None:
    session = stage.page.session
    asked = stage.workbench.asked("rows")
    session.answer(session.wizard.answers.with_policy("markup", "skip"))
    stage.wait(lambda: stage.workbench.asked("rows") > asked)
    rows(stage)
    send(step.rows.table, Qt.Key.Key_Space)
    edited(stage, [{"row": 1, "skip": True}], "Row 1 is left out.")
    press_undo(step)
    assert stage.workbench.last("edit").params["action"] == "undo"
    edited(stage, [], "Row 1 is used again.", redo=True)
    assert session.wizard.answers.source is not None
    assert session.wizard.answers.source.edits == ()
    assert session.wizard.answers.source.checks == {"markup": "skip"}
    press_undo(step)
    assert session.wizard.answers.source.checks == {}
    send(step.rows.table, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert session.wizard.answers.source is not None
    assert session.wizard.answers.source.checks == {"markup": "skip"}


def press_undo(step: DataStep) -> None:
    send(step.rows.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_the_filter_and_the_way_to_a_row(qtbot: QtBot, stage: Stage, step: DataStep) -> None:
    view_of = step.rows
    place = view_of.filter.findData("empty")
    assert view_of.filter.itemText(place) == "Empty fields (2)"
    view_of.filter.setCurrentIndex(place)
    view_of.filter.activated.emit(place)
    qtbot.waitUntil(lambda: stage.workbench.last("rows").params["only"] == "empty")
    stage.workbench.last("rows").succeeded.emit(parts.rows_report(total=2))
    assert "2 rows" in said(view_of)
    head = view_of.table.horizontalHeader()
    assert head.visualIndex(head.count() - 1) == 3  # what is wrong stands before the values now
    asked = stage.workbench.asked("rows")
    view_of.go_to.setValue(33)  # counts among all rows
    qtbot.waitUntil(lambda: stage.workbench.asked("rows") > asked)
    assert stage.workbench.last("rows").params["only"] == ""
    rows(stage)
    assert view_of.table.currentIndex().row() == 32


def test_escape_leads_back_and_an_issue_leads_to_its_rows(qtbot: QtBot, stage: Stage, step: DataStep) -> None:
    send(step.rows.table, Qt.Key.Key_Escape)
    assert step.overview.isVisible()
    (empty, _markup) = step.overview.issues.rows
    assert empty.show_button is not None
    assert empty.show_button.accessibleName() == "Show rows: Lines 12, 31"
    empty.show_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert step.rows.isVisible()
    qtbot.waitUntil(lambda: stage.workbench.last("rows").params["only"] == "empty")


def test_rows_that_cannot_be_fetched_are_told(stage: Stage, step: DataStep) -> None:
    send(step.rows.table, Qt.Key.Key_Space)
    stage.workbench.last("edit").fail("no_row", "There is no row 1.", "It is gone.")
    assert "There is no row 1. It is gone." in said(step.rows)


def test_a_large_set_is_checked_again_only_when_the_table_is_left(stage: Stage, step: DataStep) -> None:
    stage.page.session.read_again()
    large = parts.inspect_report(checks=parts.checks(), rows=30_000, total=30_000)
    stage.workbench.last("inspect").succeeded.emit(large)
    step.rows.table.setFocus()  # it was out of sight while nothing was known
    asked = stage.workbench.asked("inspect")
    for row, key in ((1, Qt.Key.Key_Space), (2, Qt.Key.Key_Down), (2, Qt.Key.Key_Space)):
        send(step.rows.table, key)
        if key == Qt.Key.Key_Space:
            edited(stage, [{"row": n, "skip": True} for n in range(1, row + 1)], f"Row {row} is left out.")
    assert stage.workbench.asked("inspect") == asked
    seen = step.rows.table.rows.seen(1)
    assert seen is not None
    assert seen.state == "skipped"
    send(step.rows.table, Qt.Key.Key_Escape)
    assert stage.workbench.asked("inspect") == asked + 1
    assert len(stage.workbench.last("inspect").params["source"]["edits"]) == 2
