"""Figures of several tasks together, without a model: each row or token weighs the same, whatever its task."""

from __future__ import annotations

import math

import pytest

from desktop.engine.evaluate.tasks import over_all, task_losses


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
