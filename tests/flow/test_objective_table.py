"""The table of objectives: a real trial, models that others need, what is kept, refusals and Ctrl+C."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Finished
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import RunFolder
from desktop.flow import objective_table, objective_trials
from desktop.flow.objective_table import ObjectiveRow, make_table, stored_table, table_file
from desktop.flow.objective_trials import TRIALS

SEEN: list[str] = []


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials end at once, with figures that moved the better way, and leave a model."""
    SEEN.clear()

    def run(run: RunFolder) -> Finished:
        job = run.job()
        SEEN.append(f"{job.objective.id} {Path(str(job.objective.options.get('reward_model', ''))).name}".strip())
        run.model.mkdir()
        (run.model / "fettle.json").write_text("{}", encoding="utf-8")
        measure = OBJECTIVES.get(job.objective.id).measures[0]
        figures = (0.5, 0.25) if measure.better == "lower" else (0.25, 0.5)
        metrics = {when: {measure.key: figure} for when, figure in zip(("before", "after"), figures, strict=True)}
        return Finished(status="finished", step=3, seconds=1.0, metrics=metrics)

    monkeypatch.setattr(objective_table, "run_trial", run)
    monkeypatch.setattr(objective_table, "problems", lambda job: [])


def test_a_trial_is_a_real_run_and_leaves_nothing_but_the_table(
    workspace: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = replace(TRIALS["classification"], steps=2)
    monkeypatch.setattr(objective_trials, "TRIALS", {**TRIALS, "classification": short})
    (found,) = make_table(["classification"])
    assert (found.refusal, found.steps, found.row, found.model) == ("", 2, "O6", "starter-encoder")
    assert (found.measure, found.better, found.share) == ("accuracy", "higher", True)
    assert found.before is not None
    assert found.after is not None
    assert found.improved == (found.after > found.before)
    assert found.seconds > 0
    table = stored_table()
    assert table is not None
    assert table.rows == (found,)
    assert table.seconds == found.seconds
    assert list(temporary.glob("fettle-objectives-*")) == []
    assert not (workspace / "runs").exists()


@pytest.mark.usefixtures("no_runs")
def test_all_are_tried_and_the_table_follows_their_rows() -> None:
    rows = list(make_table())
    assert [row.objective for row in rows] == [objective.id for objective in OBJECTIVES.all()]
    assert all(row.improved for row in rows)
    table = stored_table()
    assert table is not None
    numbers = [int(row.row.removeprefix("O")) for row in table.rows]
    assert numbers == sorted(numbers)
    assert table.improved == len(rows) == table.as_dict()["improved"]


@pytest.mark.usefixtures("no_runs")
def test_a_model_that_is_needed_is_trained_once(temporary: Path) -> None:
    list(make_table(["ppo", "sft"]))
    assert SEEN == ["reward", "ppo model-reward", "sft"]
    list(make_table(["reward", "ppo"]))
    assert SEEN[3:] == ["reward", "ppo model-reward"]
    table = stored_table()
    assert table is not None
    assert [row.objective for row in table.rows] == ["sft", "reward", "ppo"]
    assert list(temporary.glob("fettle-objectives-*")) == []


@pytest.mark.usefixtures("no_runs")
def test_a_trial_that_fails_is_told_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: RunFolder) -> Finished:
        raise UserError("out_of_memory", "The machine ran out of memory.", "Take a smaller model.")

    monkeypatch.setattr(objective_table, "run_trial", fail)
    found = list(make_table(["ppo", "sft"]))
    assert {row.refusal for row in found} == {"The machine ran out of memory. Take a smaller model."}
    assert not any(row.improved for row in found)


@pytest.mark.usefixtures("no_runs")
def test_ctrl_c_leaves_what_was_done_and_no_folder(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(make_table(["sft"]))

    def interrupt(run: RunFolder) -> Finished:
        raise KeyboardInterrupt

    monkeypatch.setattr(objective_table, "run_trial", interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(make_table(["dpo"]))
    table = stored_table()
    assert table is not None
    assert [row.objective for row in table.rows] == ["sft"]
    assert list(temporary.glob("fettle-objectives-*")) == []


def test_an_objective_nobody_knows_is_refused() -> None:
    with pytest.raises(RequestError):
        next(make_table(["no_such"]))


@pytest.mark.parametrize(
    ("better", "before", "after", "improved"),
    [("lower", 2.0, 1.0, True), ("lower", 1.0, 1.0, False), ("higher", 1.0, 2.0, True), ("higher", 2.0, 1.0, False),
     ("lower", None, 1.0, False), ("higher", 1.0, None, False)],
)  # fmt: skip
def test_better_is_what_the_measure_says(
    better: str, before: float | None, after: float | None, improved: bool
) -> None:
    assert ObjectiveRow("x", "X", better=better, before=before, after=after).improved is improved


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2, "rows": []}', '{"schema": 1, "rows": [{"x": 1}]}'])
def test_a_table_that_cannot_be_read_is_none(workspace: Path, text: str) -> None:
    assert stored_table() is None
    table_file().write_text(text, encoding="utf-8")
    assert stored_table() is None
