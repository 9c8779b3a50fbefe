"""What each objective is tried with: every one has a job that holds, known or not, and those it needs come first."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from desktop import paths
from desktop.engine.check import problems
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.sft import Sft
from desktop.flow.objective_trials import TRIALS, job_for, trial_of

IDS = [objective.id for objective in OBJECTIVES.all()]


@pytest.mark.parametrize("objective", IDS)
def test_every_objective_has_a_job_that_holds(objective: str) -> None:
    trial = trial_of(OBJECTIVES.get(objective))
    assert set(trial.needs.values()) <= set(IDS) - {objective}
    if trial.needs:
        with pytest.raises(KeyError):
            job_for(objective)
        return
    job = job_for(objective)
    assert [problem for problem in problems(job) if problem.severity == "error"] == []
    assert all(Path(source.path).parent == paths.samples() for source in job.data)
    assert job.training.evaluate_every == trial.steps + 1 > job.training.max_steps == trial.steps


def test_the_table_knows_every_row_of_the_objectives() -> None:
    rows = {OBJECTIVES.get(id).row for id in TRIALS if id in IDS}
    assert rows == {f"O{number}" for number in range(1, 14)}
    assert [id for id in TRIALS if id not in IDS] == []


def test_pairs_hold_out_a_quarter() -> None:
    for id in ("reward", "dpo", "simpo", "orpo", "kto", "grpo"):
        assert job_for(id).training.validation_share == 0.25


def test_a_model_that_is_needed_stands_in_its_option(tiny_model: Path) -> None:
    job = job_for("ppo", {"reward": str(tiny_model)})
    assert job.objective.options["reward_model"] == str(tiny_model)


class FromPairs(Sft):
    id = "from_pairs"
    rows: ClassVar[tuple[str, ...]] = ("preference",)


class Scratch(Sft):
    id = "scratch"
    rows: ClassVar[tuple[str, ...]] = ("pair",)
    kinds: ClassVar[tuple[str, ...]] = ("seq2seq",)
    from_scratch = True


def test_an_objective_it_does_not_know_is_tried_by_its_rows_and_models() -> None:
    pairs, scratch = trial_of(FromPairs()), trial_of(Scratch())
    assert (pairs.model, pairs.data, pairs.training) == ("starter", ("manners.jsonl",), {"validation_share": 0.25})
    assert (scratch.model, scratch.data, scratch.method) == ("starter-seq2seq", ("polite.jsonl",), "full")
