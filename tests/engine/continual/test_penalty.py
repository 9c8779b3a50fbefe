"""The pull towards the start: against hand-worked numbers, counted once a step, and never part of a held-out figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.continual.penalty import penalty
from desktop.engine.evaluate.tasks import measured
from desktop.engine.events import Step
from desktop.engine.objectives import OBJECTIVES
from tests.support.training import finish_of, new_run, steps_of, train, write_rows

CONTINUAL = {"id": "continual", "guard": "l2"}


def _line(weight: list[float]) -> torch.nn.Linear:
    made = torch.nn.Linear(len(weight), 1, bias=False)
    with torch.no_grad():
        made.weight.copy_(torch.tensor([weight]))
    return made


def test_it_is_what_the_equations_say() -> None:
    model, start = _line([1.0, 3.0]), {"weight": torch.tensor([[0.5, 1.0]])}
    found = penalty(model, start, None, 2.0)
    assert float(found.detach()) == 0.25 + 4.0  # 2/2 * (0.5^2 + 2^2)
    found.backward()
    assert model.weight.grad is not None
    assert model.weight.grad.tolist() == [[1.0, 4.0]]  # strength * (w - start)
    weighted = penalty(model, start, {"weight": torch.tensor([[4.0, 0.25]])}, 2.0)
    assert float(weighted.detach()) == 1.0 + 1.0
    assert float(penalty(model, {}, None, 2.0)) == 0.0, "what has no start is not pulled"


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5), st.floats(0, 100))
@settings(max_examples=30)
def test_nothing_has_moved_nothing_is_pulled(weights: list[float], strength: float) -> None:
    model = _line(weights)
    found = penalty(model, {"weight": model.weight.detach().clone()}, None, strength)
    found.backward()
    assert float(found.detach()) == 0.0
    assert model.weight.grad is not None
    assert not model.weight.grad.any()


def _sets(folder: Path) -> list[dict[str, Any]]:
    old = write_rows(folder / "old.jsonl", 40)
    new = folder / "new.jsonl"
    new.write_text(old.read_text("utf-8").replace("goes into", "is on").replace("Flour", "Jam"), encoding="utf-8")
    return [{"path": str(new)}, {"path": str(old), "use": "old"}]


@pytest.mark.parametrize("guard", ["l2", "ewc"])
def test_accumulated_batches_are_pulled_once_a_step(guard: str, tmp_path: Path, tiny_model: Path) -> None:
    """Eight rows at once and eight one by one are the same step, penalty included."""
    found = []
    for size, times in ((8, 1), (1, 8)):
        run = new_run(
            tmp_path / "runs", tiny_model, method="full", data=_sets(tmp_path),
            objective={"id": "continual", "guard": guard, "strength": 30.0, "fisher_rows": 8},
            training={"batch_size": size, "accumulation": times, "max_steps": 5, "learning_rate": 1e-3,
                      "schedule": "constant", "warmup": 0.0},
        )  # fmt: skip
        train(run)
        extras = [event.extra["penalty"] for event in run.events() if isinstance(event, Step)]
        found.append(([loss for loss, *_ in steps_of(run).values()], extras, finish_of(run).metrics["after"]["loss"]))
    (losses, pulls, after), (losses_by_one, pulls_by_one, after_by_one) = found
    assert pulls[0] == 0.0
    assert pulls[-1] > 0.0
    assert losses_by_one == pytest.approx(losses, rel=2e-4)
    assert pulls_by_one == pytest.approx(pulls, rel=5e-3)
    assert after_by_one == pytest.approx(after, rel=1e-4)


def test_held_out_rows_are_measured_without_it(tmp_path: Path, tiny_model: Path) -> None:
    run = new_run(
        tmp_path / "runs", tiny_model, method="full", data=_sets(tmp_path), objective={**CONTINUAL, "strength": 1e3},
        training={"max_steps": 3, "learning_rate": 1e-3},
    )  # fmt: skip
    trainer = train(run).trainer
    before = finish_of(run).metrics["after"]["loss"]
    trainer.strength = 0.0
    rows = len(trainer.eval_dataset)
    assert rows > 4
    held = {"new": range(4), "old": range(4, rows)}
    assert measured(OBJECTIVES.get("continual"), trainer, held, ["old"])["loss"] == pytest.approx(before, rel=1e-6)


def test_a_stronger_pull_leaves_the_weights_nearer(tmp_path: Path, tiny_model: Path) -> None:
    moved = []
    for strength in (0.0, 1.0, 100.0):
        run = new_run(
            tmp_path / "runs", tiny_model, method="full", data=_sets(tmp_path),
            objective={**CONTINUAL, "strength": strength}, training={"max_steps": 6, "learning_rate": 1e-3},
        )  # fmt: skip
        trainer = train(run).trainer
        now = dict(trainer.model.named_parameters())
        moved.append(sum(float((now[name].detach() - at).square().sum()) for name, at in trainer.start.items()))
    assert moved[0] > moved[1] > moved[2]
