"""An objective's own figures on the page of a run: plots, their table, findings, the alarm, and what is next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from desktop.engine import events as ev
from desktop.engine.evaluate.classification import confusion
from desktop.engine.job import Choice
from desktop.engine.run_folder import RunFolder
from desktop.flow.run_findings import findings_from
from desktop.views.components.bar import ink_on
from desktop.views.run.findings import FindingsView
from desktop.views.run.matrix import tint
from desktop.views.run.page import RunPage, create
from desktop.views.services import Services
from desktop.views.theme.theme import Theme
from tests.fakes.fake_engine import a_step
from tests.support.scripts import closing, opening
from tests.support.streams import a_run

REPORT = {
    **confusion(("praise", "question"), [0, 0, 0, 1], [0, 0, 1, 1]).as_dict(),
    "mistakes": [{"text": "Is it good!", "truth": "praise", "said": "question", "probability": 0.9}],
}
COLLAPSE = ev.Noticed(
    level="warning", code="collapse", message="Only 10% still end.", hint="Stop the run and discard it.", step=3
)


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Callable[[RunFolder], RunPage]]:
    pages: list[RunPage] = []

    def enter(run: RunFolder) -> RunPage:
        page = create(services)
        pages.append(page)
        qtbot.addWidget(page)
        page.resize(1216, 760)
        page.show()
        page.entered(run=run.name)
        qtbot.waitUntil(lambda: page.body.plots.memory.is_loaded, timeout=60_000)
        return page

    yield enter
    for page in pages:
        page.closed()


def preferences(*more: ev.Event, over: bool = True) -> list[ev.Event]:
    """A short run that learns from pairs."""
    looks = [
        ev.Evaluated(step=step, loss=1.0 - step / 10, when="before" if step == 0 else "during",
                     metrics={"loss": 1.0 - step / 10, "pair_accuracy": 0.4 + step / 10, "margin": step / 2})
        for step in (0, 4)
    ]  # fmt: skip
    steps = [replace(a_step(step, 4), extra={"pair_accuracy": 0.5, "margin": 0.1, "kl": 0.01}) for step in range(1, 5)]
    return [*opening(4), looks[0], *steps, looks[1], *more, *(closing(4) if over else [])]


def pairs_run(workspace: Path, events: list[ev.Event]) -> RunFolder:
    run = a_run(workspace / "runs", events, "pairs", objective=Choice(id="dpo"))
    run.model.mkdir()
    return run


def test_figures_and_plots_of_pairs(qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path) -> None:
    page = show(pairs_run(workspace, preferences()))
    qtbot.waitUntil(lambda: len(page.body.plots.own) == 3)
    assert page.figures.validation.accessibleName() == "Pair accuracy 80 % from 40 %"
    assert page.figures.measures.shown[0] == "Reward margin 0.000 → 2.00 better"
    accuracy = page.body.plots.own[0].plot
    assert accuracy.accessibleName() == "Pair accuracy over the steps"
    assert accuracy.accessibleDescription() == "training 50 %, held out 80 %"
    assert list(zip(*accuracy.data["held out"], strict=True)) == [(0, 0.4), (4, 0.8)]
    qtbot.waitUntil(lambda: all(card.plot.is_loaded for card in page.body.plots.own))
    assert page.body.plots.grid.focusPolicy() == Qt.FocusPolicy.StrongFocus, "more plots are reached by keyboard"


def test_every_figure_is_in_a_table_too(qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path) -> None:
    page = show(pairs_run(workspace, preferences()))
    qtbot.waitUntil(lambda: bool(page.body.plots.own))
    page.header.numbers.click()
    numbers = page.body.numbers
    qtbot.waitUntil(lambda: numbers.own is not None)
    assert numbers.own is not None
    numbers.choice.choose("own")
    numbers.choice.chosen.emit("own")
    assert numbers.own.isVisible()
    assert not numbers.table.isVisible()
    heads = [column.title for column in numbers.own.rows.columns]
    newest = dict(zip(heads, (cell.text for cell in numbers.own.rows.rows[0]), strict=True))
    assert newest["Pair accuracy, held out"] == "80 %"
    assert newest["Pair accuracy, training"] == "50 %"


def test_a_run_judged_by_its_loss_looks_as_before(
    qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path
) -> None:
    events = [*opening(2), ev.Evaluated(step=0, loss=1.0, when="before"), a_step(1, 2), a_step(2, 2), *closing(2)]
    page = show(a_run(workspace / "runs", events, "plain"))
    qtbot.waitUntil(lambda: "Validation 1.000" in page.figures.validation.accessibleName())
    assert page.body.plots.own == []
    assert not page.figures.measures.isVisible()
    assert page.body.plots.grid.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_collapse_stands_out_with_what_to_do(
    qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path
) -> None:
    run = pairs_run(workspace, preferences(COLLAPSE, over=False))
    with run.lock().acquire(timeout=1):
        page = show(run)
        qtbot.waitUntil(page.alarm.isVisible)
        assert "collapsing, first seen at step 3" in page.alarm.accessibleName()
        assert "Stop the run and discard it." in page.alarm.accessibleName()
        page.alarm.button.click()
        assert page.ask.isVisible(), "throwing a run away is asked for once more"


def test_after_a_collapse_another_try_is_offered(
    qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path
) -> None:
    run = pairs_run(workspace, preferences(COLLAPSE))
    page = show(run)
    qtbot.waitUntil(page.alarm.isVisible)
    with qtbot.waitSignal(page.navigate) as went:
        page.alarm.button.click()
    assert went.args == ["wizard", {"clone": run.name}]


def test_a_run_without_one_has_no_alarm(qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path) -> None:
    page = show(pairs_run(workspace, preferences()))
    qtbot.waitUntil(lambda: bool(page.body.plots.own))
    assert not page.alarm.isVisible()


def test_a_finished_classifier_shows_what_was_found_and_is_tried(
    qtbot: QtBot, show: Callable[[RunFolder], RunPage], workspace: Path
) -> None:
    looks = [ev.Evaluated(step=step, loss=1.0, metrics={"loss": 1.0, "accuracy": 0.5 + step / 8},
                          when="after" if step else "before") for step in (0, 4)]  # fmt: skip
    events = [*opening(4), looks[0], *(a_step(step, 4) for step in range(1, 5)), looks[1], *closing(4)]
    run = a_run(workspace / "runs", events, "letters", objective=Choice(id="classification"))
    run.model.mkdir()
    (run.model / "config.json").write_text('{"architectures": ["BertForSequenceClassification"]}', encoding="utf-8")
    head = {"kind": "classification", "labels": ["praise", "question"]}
    (run.model / "fettle.json").write_text(json.dumps({"head": head}), encoding="utf-8")
    (run.model / "model.safetensors").write_bytes(b"")
    (run.model / "evaluation.json").write_text(json.dumps(REPORT), encoding="utf-8")
    page = show(run)
    qtbot.waitUntil(page.header.found.isVisible)
    assert page.header.chat.text() == "Try it"
    assert not page.body.samples.isVisible(), "a classifier answers no prompts"
    page.header.found.click()
    matrix = page.body.findings.matrix
    assert matrix is not None
    assert matrix.isVisible()
    assert [[cell.text for cell in row] for row in matrix.rows.rows] == [["praise", "2", "1"], ["question", "0", "1"]]
    assert matrix.rows.rows[0][2].note == "33 %"
    with qtbot.waitSignal(page.navigate) as went:
        page.header.chat.click()
    assert went.args == ["chat", {"run": run.name}]
    page.header.found.click()
    assert page.body.view == "plots"


@pytest.fixture
def findings(qtbot: QtBot, theme: Theme) -> FindingsView:
    view = FindingsView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    return view


def test_the_matrix_is_walked_by_keyboard_cell_by_cell(qtbot: QtBot, findings: FindingsView) -> None:
    findings.show_findings(findings_from(REPORT))
    matrix = findings.matrix
    assert matrix is not None
    assert matrix.selectionBehavior() == QAbstractItemView.SelectionBehavior.SelectItems
    matrix.setFocus()
    matrix.setCurrentIndex(matrix.rows.index(0, 1))
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole) == "1, 33 %"
    assert "3 of 4" in matrix.accessibleDescription()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("right", [True, False])
def test_numbers_on_every_tint_are_easy_to_read(mode: str, right: bool) -> None:
    def luminance(color: QColor) -> float:
        parts = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
                 for value in (color.redF(), color.greenF(), color.blueF()))  # fmt: skip
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    theme = Theme(mode, 1.0)  # type: ignore[arg-type]
    for share in range(0, 101, 5):
        ground = tint(theme, share / 100, right=right)
        dark, light = sorted((luminance(ground), luminance(ink_on(ground))))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (mode, share, ground.name())


def test_outputs_and_reward_pairs_have_tables(findings: FindingsView) -> None:
    pair = {"prompt": "q", "chosen": "a", "rejected": "b", "reward_chosen": 1.0, "reward_rejected": -1.0}
    report: dict[str, Any] = {
        "outputs": [{"source": "s", "target": "t", "said": "t"}],
        "rewards": {"mean": 0.1, "deviation": 1.0},
        "surest": [pair],
        "mistakes": [pair],
    }
    findings.show_findings(findings_from(report))
    assert list(findings.tables) == ["Sample outputs", "Told apart most surely", "Told apart wrongly"]
    assert [cell.text for cell in findings.tables["Sample outputs"].rows.rows[0]] == ["s", "t", "t", "as wanted"]
    assert [cell.text for cell in findings.tables["Told apart wrongly"].rows.rows[0]] == [
        "q",
        "a",
        "1.00",
        "b",
        "-1.00",
    ]
    findings.show_findings(None)
    assert findings.tables == {}
