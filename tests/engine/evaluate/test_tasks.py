"""Figures of several tasks together, without a model: each row or token weighs the same, whatever its task."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.engine.evaluate.tasks import measured, over_all, task_losses
from desktop.engine.objectives.base import Measure


def test_tokens_weigh_the_same() -> None:
    bread = {"loss": 1.0, "perplexity": math.e, "tokens": 30.0}
    cake = {"loss": 3.0, "perplexity": math.exp(3), "tokens": 10.0}
    assert over_all([bread, cake], [1, 1]) == {
        "loss": 1.5, "perplexity": pytest.approx(math.exp(1.5)), "tokens": 40.0,
    }  # fmt: skip


def test_rows_weigh_the_same_where_no_tokens_were_counted() -> None:
    found = over_all([{"loss": 1.0, "margin": 4.0}, {"loss": 2.0, "margin": 0.0}], [1, 3])
    assert found == {"loss": 1.75, "margin": 1.0}


def test_losses_by_task_are_told_from_other_figures() -> None:
    metrics = {"loss": 1.0, "tokens": 5.0, "loss/bread": 0.5, "loss/cake: dark/light": 1.5}
    assert task_losses(metrics) == {"bread": 0.5, "cake: dark/light": 1.5}


class _Rows(list[float]):
    """Held-out rows that are nothing but numbers."""

    def select(self, places: Sequence[int]) -> _Rows:
        return _Rows(self[place] for place in places)


class _Spread:
    """An objective whose loss is a mean over rows, and whose spread is not."""

    measures = (Measure("spread", "Spread"),)
    pooled = ("spread",)

    def metrics(self, trainer: Any) -> dict[str, float]:
        rows = trainer.eval_dataset
        return {"loss": sum(rows) / len(rows), "spread": max(rows) - min(rows)}

    def over_tasks(self, found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        return {"tasks": float(len(found))}


def test_what_is_no_mean_is_measured_over_all_new_rows_at_once() -> None:
    trainer: Any = SimpleNamespace(eval_dataset=_Rows([1.0, 2.0, 6.0, 20.0, 30.0]))
    tasks = {"bread": range(2), "cake": range(2, 3), "song": range(3, 5)}
    objective: Any = _Spread()
    found = measured(objective, trainer, tasks, ["song"], {"old_loss": 24.5})
    assert found == {
        "loss": 3.0, "spread": 5.0, "tasks": 2.0, "old_loss": 25.0, "forgetting": 0.5,
        "loss/bread": 1.5, "loss/cake": 6.0, "loss/song": 25.0, "spread/bread": 1.0, "spread/cake": 0.0,
        "spread/song": 10.0,
    }  # fmt: skip
    assert list(trainer.eval_dataset) == [1.0, 2.0, 6.0, 20.0, 30.0]
    assert measured(objective, trainer, tasks, ["song"])["forgetting"] == 0.0, "the start is what it is compared with"
    assert measured(objective, trainer, {"all": range(5)}) == {"loss": 11.8, "spread": 29.0, "tasks": 1.0}
