"""Every guard: it resumes bit for bit, goes back to the same start, and forgets less than no guard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import torch

from desktop.engine.continual import GUARDS
from desktop.engine.events import Evaluated, Step
from desktop.engine.objectives.continual import ContinualOptions
from tests.support.training import finish_of, new_run, steps_of, train

GUARD_IDS = [guard.id for guard in GUARDS.all()]
OLD, NEW = ("Flour, water and salt.", "Two eggs and some milk."), ("Send a boat at noon.", "Wait by the red house.")


def _rows(file: Path, question: str, answers: tuple[str, str], count: int) -> str:
    rows = [{"instruction": f"{question} {n}?", "output": answers[n % 2]} for n in range(count)]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(file)


def _sets(folder: Path) -> list[dict[str, Any]]:
    return [
        {"path": _rows(folder / "new.jsonl", "Where do I go on day", NEW, 24)},
        {"path": _rows(folder / "old.jsonl", "What is in loaf", OLD, 24), "use": "old"},
    ]


def test_the_options_name_every_guard() -> None:
    assert list(get_args(ContinualOptions.model_fields["guard"].annotation)) == GUARD_IDS
    assert all(guard.paper for guard in GUARDS.all() if guard.id != "none")


@pytest.mark.parametrize("guard", [id for id in GUARD_IDS if id != "none"])
def test_it_resumes_in_the_middle_of_an_epoch(guard: str, tmp_path: Path, tiny_model: Path) -> None:
    settings: dict[str, Any] = {
        "method": "full", "data": _sets(tmp_path),
        "objective": {"id": "continual", "guard": guard, "strength": 10.0, "fisher_rows": 6},
        "training": {"learning_rate": 1e-2, "batch_size": 3, "accumulation": 2, "epochs": 3, "max_steps": 11},
    }  # fmt: skip
    run = new_run(tmp_path / "runs", tiny_model, **settings)
    whole = train(run).trainer
    second = new_run(tmp_path / "runs", tiny_model, **settings)
    train(second, kill_after=7)
    resumed = train(second, resume=True).trainer
    assert steps_of(second) == steps_of(run)
    assert finish_of(second).metrics == finish_of(run).metrics
    for name, tensor in getattr(whole, "start", {}).items():
        assert torch.equal(resumed.start[name], tensor), name
    if guard == "ewc":
        assert all(torch.equal(resumed.importance[name], tensor) for name, tensor in whole.importance.items())
    extras = [event.extra for event in run.events() if isinstance(event, Step)]
    assert all(("penalty" in extra) == (guard in ("l2", "ewc")) for extra in extras)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A tiny model that knows the old task."""
    folder = tmp_path_factory.mktemp("taught")
    run = new_run(
        folder / "runs", tiny_model, method="full", data=[_sets(folder)[1] | {"use": "train"}],
        training={"learning_rate": 1e-2, "epochs": 8},
    )  # fmt: skip
    train(run)
    return run.model


def test_each_forgets_less_than_none_and_still_learns(taught: Path, tmp_path: Path) -> None:
    found = {}
    for guard, strength in (("none", 0.0), ("l2", 0.1), ("ewc", 0.1), ("replay", 0.0)):
        run = new_run(
            tmp_path / "runs", taught, method="full", data=_sets(tmp_path),
            objective={"id": "continual", "guard": guard, "strength": strength, "fisher_rows": 16},
            training={"learning_rate": 3e-3, "epochs": 5},
        )  # fmt: skip
        train(run)
        found[guard] = finish_of(run).metrics
        during = [event.metrics for event in run.events() if isinstance(event, Evaluated)]
        assert during[0]["forgetting"] == 0.0
        assert all(one["forgetting"] == one["old_loss"] - during[0]["old_loss"] for one in during)
    forgotten = {guard: metrics["after"]["forgetting"] for guard, metrics in found.items()}
    assert forgotten["none"] > 0.5, found
    for guard, metrics in found.items():
        assert metrics["before"]["old_loss"] == found["none"]["before"]["old_loss"]
        assert metrics["after"]["loss"] < 0.5 * metrics["before"]["loss"], (guard, metrics)
        assert guard == "none" or forgotten[guard] < 0.8 * forgotten["none"], forgotten
