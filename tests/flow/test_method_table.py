"""The table of methods: a real trial, what is kept of it, and trials that are refused or fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import UserError
from desktop.engine.methods import METHODS
from desktop.flow import method_table
from desktop.flow.method_table import MethodRow, job_for, make_table, stored_table, table_file


def row(method: str, **values: Any) -> MethodRow:
    return MethodRow(method, METHODS.get(method).title, model="starter", **values)


@pytest.fixture
def no_runs(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials end at once, with a loss that fell."""
    monkeypatch.setattr(
        method_table, "_run", lambda run, job: row(job.method.id, loss_before=3.0, loss_after=2.0, seconds=1.0)
    )


def test_a_trial_is_a_real_run_and_leaves_nothing_but_the_table(workspace: Path) -> None:
    found = next(make_table(["lora"], steps=2))
    assert found.learned
    assert (found.steps, found.model) == (2, "starter")
    assert 0 < found.trainable < found.total
    assert min(found.predicted_mib, found.measured_mib, found.seconds, found.learning_rate) > 0
    table = stored_table()
    assert table is not None
    assert table.rows == (found,)
    assert table.machine
    assert [path.name for path in workspace.iterdir() if path.name == "runs" and any(path.iterdir())] == []


def test_every_method_has_a_trial_or_a_reason() -> None:
    for method in METHODS.all():
        job, refusal = job_for(method.id)
        assert (job is None) == bool(refusal), method.id
        assert not refusal or refusal.endswith(".")
    assert job_for("lora")[0] is not None
    assert getattr(job_for("full")[0], "model", "") == "starter"


@pytest.mark.usefixtures("no_runs")
def test_trying_one_method_again_keeps_the_others() -> None:
    assert [one.method for one in make_table(["lora", "full"])] == ["lora", "full"]
    told: list[tuple[str, int, int]] = []
    list(make_table(["qlora"], begun=lambda *words: told.append(words)))
    assert told == [("QLoRA", 1, 1)]
    table = stored_table()
    assert table is not None
    order = [method.id for method in METHODS.all() if method.id in ("lora", "full", "qlora")]
    assert [one.method for one in table.rows] == order


@pytest.mark.usefixtures("no_runs")
def test_a_trial_that_fails_is_told_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Any, job: Any) -> MethodRow:
        raise UserError("out_of_memory", "The machine ran out of memory.", "Take a smaller model.")

    monkeypatch.setattr(method_table, "_run", fail)
    found = next(make_table(["lora"]))
    assert found.refusal == "The machine ran out of memory. Take a smaller model."
    assert not found.learned


@pytest.mark.usefixtures("no_runs")
def test_a_refused_method_is_listed_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method_table, "job_for", lambda method, steps: (None, "It needs a GPU. Choose QLoRA."))
    assert next(make_table(["lora"])).refusal == "It needs a GPU. Choose QLoRA."


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2, "rows": []}', '{"schema": 1, "rows": [{"x": 1}]}'])
def test_a_table_that_cannot_be_read_is_none(workspace: Path, text: str) -> None:
    assert stored_table() is None
    table_file().write_text(text, encoding="utf-8")
    assert stored_table() is None
