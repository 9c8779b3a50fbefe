"""``fettle try_objectives``: the table as it was kept, for people and for programs, and a pass that ends in a count."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from desktop.engine.events import Finished
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import RunFolder
from desktop.flow import objective_table
from desktop.flow.objective_table import table_file
from tests.support.command_line import Said

Fettle = Callable[..., Said]


@pytest.fixture
def no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(run: RunFolder) -> Finished:
        measure = OBJECTIVES.get(run.job().objective.id).measures[0]
        metrics = {"before": {measure.key: 0.5}, "after": {measure.key: 0.25}}
        return Finished(status="finished", step=3, seconds=1.0, metrics=metrics)

    monkeypatch.setattr(objective_table, "run_trial", run)


def test_nothing_stored_is_told(fettle: Fettle) -> None:
    said = fettle("try_objectives", "--stored")
    assert (said.code, "Make one: fettle try_objectives" in said.err) == (1, True)


@pytest.mark.usefixtures("no_runs")
def test_a_pass_ends_in_a_count_and_is_kept(fettle: Fettle) -> None:
    text = fettle("try_objectives", "sft", "classification").out
    assert "1 of 2: Supervised fine-tuning." in text
    assert "Held-out loss: 0.500 before, 0.250 after" in text
    assert re.search(r"1 of 2 objectives improved their figure, in (\d+ min )?\d+ s altogether\.", text)
    rows = [line.split() for line in text.splitlines() if line.startswith("O")]
    assert [(row[0], row[1]) for row in rows] == [("O1", "sft"), ("O6", "classification")]
    assert rows[1][-8:-2] == ["50", "%", "25", "%", "higher", "no"]
    answer = fettle("try_objectives", "--stored", "--json").answer
    assert answer["improved"] == 1
    assert [row["improved"] for row in answer["rows"]] == [True, False]
    assert json.loads(table_file().read_text(encoding="utf-8")) == answer


def test_an_objective_nobody_knows_is_refused(fettle: Fettle) -> None:
    assert fettle("try_objectives", "sfd").code == 2
