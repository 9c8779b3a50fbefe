"""What opens over the Method step: when to use which, the learning-rate search, the table of all methods."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.flow.method_table import MethodRow, MethodTable
from desktop.views.run.ranks import RankDialog
from desktop.views.wizard.method_compare import CompareDialog
from desktop.views.wizard.method_rate import RateDialog
from desktop.views.wizard.method_step import MethodStep
from desktop.views.wizard.method_which import TABLE, WhichDialog
from tests.support.wizard_user import said, view
from tests.views.wizard.conftest import Stage


def _step(stage: Stage) -> MethodStep:
    stage.fill()
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    return method


def _ranked(dialog: WhichDialog) -> list[str]:
    return [row[1].text for row in dialog.ranking.rows.rows]


def test_a_goal_ranks_the_methods_anew_and_one_is_taken(qtbot: QtBot, stage: Stage) -> None:
    method = _step(stage)
    qtbot.mouseClick(method.list.which, Qt.MouseButton.LeftButton)
    dialog = method._dialog
    assert isinstance(dialog, WhichDialog)
    before = _ranked(dialog)
    place = dialog.goal.findText("Smallest file")
    dialog.goal.setCurrentIndex(place)
    dialog.goal.activated.emit(place)
    session = stage.page.session
    assert session.wizard.answers.goal == "smallest"
    assert _ranked(dialog) == [offer.title for offer in session.wizard.offers] != before
    dialog.ranking.selectRow(0)
    assert f"Why {session.wizard.offers[0].title} stands here" in said(dialog)
    best = session.wizard.offers[0]
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    assert session.wizard.job.method.id == best.id
    assert method._dialog is None


def test_the_table_of_when_to_use_which_is_one_press_away(qtbot: QtBot, stage: Stage) -> None:
    method = _step(stage)
    method.ask_which()
    dialog = method._dialog
    assert isinstance(dialog, WhichDialog)
    dialog.view.chosen.emit(TABLE)
    assert dialog.table.isVisible()
    assert not dialog.ranking.isVisible()
    assert dialog.table.rows.rowCount() > 10
    assert not dialog.take.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert method._dialog is None


def test_a_refused_method_cannot_be_taken_there(stage: Stage) -> None:
    method = _step(stage)
    method.ask_which()
    dialog = method._dialog
    assert isinstance(dialog, WhichDialog)
    dialog.ranking.selectRow(_ranked(dialog).index("BitFit"))  # a Llama has no biases
    assert not dialog.take.isEnabled()


def test_a_learning_rate_is_looked_for_shown_and_used(qtbot: QtBot, stage: Stage) -> None:
    method = _step(stage)
    method.find_rate()
    dialog = method._dialog
    assert isinstance(dialog, RateDialog)
    call = stage.workbench.last("learning_rate")
    assert call.params["job"]["method"] == "lora"
    qtbot.waitUntil(lambda: dialog.chart._canvas is not None, timeout=20_000)
    points = [
        {"step": step + 1, "steps": 12, "rate": 1e-5 * 2**step, "loss": 3.0 - step / 10, "smoothed": 3.0}
        for step in range(12)
    ]
    for point in points:
        call.streamed.emit(point)
    qtbot.waitUntil(lambda: dialog.table.rows.rowCount() == 12)
    assert "Step 12 of 12" in said(dialog)
    assert not dialog.use.isEnabled()
    call.succeeded.emit({"points": points, "suggestion": 4e-4, "sentence": "Take about 4e-4."})
    assert "Take about 4e-4." in said(dialog)
    assert dialog.chart.mark == math.log10(4e-4)
    assert dialog.chart.accessibleDescription() == "Take about 4e-4."
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.job.training.learning_rate == 4e-4


def test_a_search_that_is_closed_is_called_off(stage: Stage) -> None:
    method = _step(stage)
    method.find_rate()
    call = stage.workbench.last("learning_rate")
    assert method._dialog is not None
    method._dialog.reject()
    assert call.cancelled


def test_a_search_that_fails_says_why_and_can_be_made_again(qtbot: QtBot, stage: Stage) -> None:
    method = _step(stage)
    method.find_rate()
    dialog = method._dialog
    assert isinstance(dialog, RateDialog)
    stage.workbench.last("learning_rate").fail("out_of_memory", "The memory was too small.", "Take a smaller batch.")
    assert "Take a smaller batch." in said(dialog)
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert stage.workbench.asked("learning_rate") == 2
    assert not dialog.outcome.isVisible()


def test_the_table_of_all_methods_is_shown_or_how_to_make_it(qtbot: QtBot, stage: Stage) -> None:
    method = _step(stage)
    method.compare()
    dialog = method._dialog
    assert isinstance(dialog, CompareDialog)
    assert "No table was made here yet" in said(dialog)
    dialog.none.acted.emit()
    assert QApplication.clipboard().text() == "fettle compare_methods"
    rows = (
        MethodRow("lora", "LoRA", "M4", "starter", 300_000, 3_700_000, 700, 650, 8.0, 40, 2e-3, 3.0, 2.0),
        MethodRow("bitfit", "BitFit", "M3", refusal="This model has no biases."),
    )
    dialog.show_table(MethodTable(rows, "two cores", "0.1", 0.0))
    shown = dialog.table.rows.rows
    assert [cell.text for cell in shown[0]][:3] == ["LoRA", "300.0 K", "8.1 %"]
    assert shown[0][-1].text == "Learned"
    assert shown[1][-1].text == "This model has no biases."
    assert "The loss fell for 1 of 1 methods." in said(dialog)


def test_ranks_are_plotted_with_their_numbers_and_a_refusal_is_told(qtbot: QtBot, stage: Stage) -> None:
    tasks = stage.page.session.tasks
    dialog = RankDialog(stage.workbench, tasks, "run:one", "One")  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.show()
    call = stage.workbench.last("rank_report")
    assert call.params == {"run": "run:one"}
    layer = {"name": "model.layers.0.q", "rank": 8, "values": [1.0, 0.5], "effective": 1.9, "rank90": 2, "rank99": 2}
    other = {**layer, "name": "model.layers.1.q", "rank": 4}
    call.succeeded.emit({"layers": [layer, other], "sentence": "Rank 2 would have been enough."})
    assert "Rank 2 would have been enough." in said(dialog)
    assert "a rank of its own" in said(dialog)
    assert dialog.chart.data["rank"] == ([1.0, 2.0], [8.0, 4.0])
    assert dialog.table.rows.rowCount() == 2
    qtbot.waitUntil(lambda: dialog.chart._canvas is not None, timeout=20_000)
    refused = RankDialog(stage.workbench, tasks, "run:two", "Two")  # type: ignore[arg-type]
    qtbot.addWidget(refused)
    refused.show()
    stage.workbench.last("rank_report").fail("no_update", "This is a whole model.", "Choose a run of LoRA.")
    assert "Choose a run of LoRA." in said(refused)
    assert not refused.table.isVisible()
