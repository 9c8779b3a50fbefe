"""The Data step as its user meets it: columns, issues, a file that fails, the rendered row."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.views.wizard.data_step import DataStep
from tests.support import wizard_parts as parts
from tests.support.wizard_user import said, view
from tests.views.wizard.conftest import Stage


def test_columns_nobody_could_guess_are_mapped_in_their_heads(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    data.take(["/data/odd.csv"])
    stage.workbench.last("inspect").succeeded.emit(parts.inspect_report(problem=True))
    assert "Pick which column is: Prompt, Answer, trained." in said(data)
    assert not data.overview.rendered.isVisible()
    first, second = data.overview.columns.pickers["instruction"], data.overview.columns.pickers["output"]
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
    data.take(["/data/empty.jsonl"])
    stage.workbench.last("inspect").fail("no_rows", "There is no row in empty.jsonl.", "Choose another file.")
    assert "There is no row in empty.jsonl." in said(data)
    assert not data.overview.columns.isVisible()
    qtbot.mouseClick(data.overview.file_bar.replace_button, Qt.MouseButton.LeftButton)
    assert data.start.isVisible()


def test_the_rendered_row_is_told_in_words_and_turned_by_keys(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    data = view(stage, "data")
    assert isinstance(data, DataStep)
    stage.answer()
    assert data.overview.rendered.tokens.accessibleDescription().endswith("Learned: Answer.")
    assert "row 1 of 40" in said(data.overview.rendered)
    assert not data.overview.rendered.back.isEnabled()
    data.overview.rendered.forward.setFocus()
    qtbot.keyClick(data.overview.rendered.forward, Qt.Key.Key_Space)
    assert stage.workbench.last("render").params["row"] == 1
