"""What must not change a curve does not: how a step is split into batches, how texts are packed, where a run broke off.

Every registered objective that learns from rows alone is held to it; models without dropout, which draws anew for each
batch, and rows of unequal length, because means over unequal batches are what goes wrong.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.events import Planned
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.run_folder import RunFolder
from tests.engine.train.test_objectives import MODELS, ROWS, SECOND
from tests.support.training import finish_of, new_run, steps_of, train

ALONE = [objective.id for objective in OBJECTIVES.all() if objective.id not in ("ppo", "grpo")]
"""Reinforcement learning writes what it learns from itself, batch by batch, by chance."""
LONGER = {"chat": "output", "text": "text", "preference": "chosen", "rated": "completion", "label": "text",
          "pair": "target"}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {
    "classification": {"class_weights": "balanced", "label_smoothing": 0.1},
    "continual": {"guard": "l2", "strength": 0.5},
    "reward": {"centering": 0.1},
}
SHORT = {"learning_rate": 1e-3, "max_length": 40, "max_steps": 6, "epochs": 3, "warmup": 0.0, "evaluate_every": 6}


def without_dropout(model: Path, folder: Path) -> Path:
    """Return a copy of ``model`` whose every dropout is zero."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {name: 0.0 for name in config if "dropout" in name or name.endswith("pdrop")}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def rows_of(kind: str, numbers: range) -> list[dict[str, Any]]:
    """Return rows of ``kind`` whose lengths differ up to sixfold."""
    rows = [ROWS[kind](number) for number in numbers]
    return [row | {LONGER[kind]: row[LONGER[kind]] + " Salt." * (place % 6)} for place, row in enumerate(rows)]


def written(file: Path, rows: list[dict[str, Any]]) -> str:
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(file)


def planned_of(run: RunFolder) -> Planned:
    [planned] = [event for event in run.events() if isinstance(event, Planned)]
    return planned


@pytest.fixture
def still_model(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    def made(kind: str) -> Path:
        folder = tmp_path / f"still-{kind}"
        return folder if folder.exists() else without_dropout(request.getfixturevalue(MODELS[kind]), folder)

    return made


@pytest.mark.parametrize("objective_id", ALONE)
def test_one_row_eight_times_is_eight_rows_once(objective_id: str, tmp_path: Path, still_model: Any) -> None:
    objective = OBJECTIVES.get(objective_id)
    kind = objective.rows[0]
    sets: list[dict[str, Any]] = [{"path": written(tmp_path / "data.jsonl", rows_of(kind, range(32)))}]
    if objective_id in SECOND:
        sets.append({"path": written(tmp_path / "more.jsonl", rows_of(kind, range(40, 51))), **SECOND[objective_id]})
    found = []
    for batch in (8, 1):
        run = new_run(
            tmp_path / "runs", still_model(objective.kinds[0]), method="full", data=sets,
            objective={"id": objective_id, **OPTIONS.get(objective_id, {})},
            training={**SHORT, "batch_size": batch, "accumulation": 8 // batch},
        )  # fmt: skip
        runner = train(run)
        weights = {name: tensor.detach().clone() for name, tensor in runner.trainer.model.named_parameters()}
        found.append((steps_of(run), weights, finish_of(run).metrics["after"]))
        planned = planned_of(run)
        assert planned.rows_train % 8, "the last batch of an epoch must be a partial one"
        assert planned.total_steps > planned.rows_train / 8, "and it must come before the end"
    (whole, weights, after), (split, others, after_split) = found
    assert whole.keys() == split.keys()
    for step, values in whole.items():
        assert split[step][0] == pytest.approx(values[0], rel=1e-4), f"loss of step {step}"
        assert split[step][1] == pytest.approx(values[1], rel=1e-3), f"gradient of step {step}"
        assert split[step][3] == values[3], f"tokens of step {step}"
    for name, tensor in weights.items():
        # A tenth of one step of AdamW, which blows rounding up where a gradient is all but zero.
        torch.testing.assert_close(others[name], tensor, rtol=1e-3, atol=1e-4, msg=lambda told, name=name: name + told)
    assert {name: pytest.approx(value, rel=1e-3, abs=1e-4) for name, value in after.items()} == after_split
