"""Held-out figures task by task and over all of them, each row measured once; it knows no objective in particular."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import Trainer

    from desktop.engine.objectives.base import Objective

LOSS_OF = "loss/"


def measured(objective: Objective, trainer: Trainer, tasks: Mapping[str, range]) -> dict[str, float]:
    """Return the figures of ``objective`` over all held-out rows, with ``loss/TASK`` for each of several ``tasks``.

    Args:
        objective: says what is measured.
        trainer: whose held-out rows and model are measured.
        tasks: name -> places of its rows among the held-out ones.
    """
    if len(tasks) < 2:
        return objective.metrics(trainer)
    found = {}
    for task, places in tasks.items():
        with _only(trainer, places):
            found[task] = objective.metrics(trainer)
    whole = over_all(list(found.values()), [len(places) for places in tasks.values()])
    return whole | {LOSS_OF + task: figures["loss"] for task, figures in found.items()}


def over_all(found: list[dict[str, float]], rows: list[int]) -> dict[str, float]:
    """Return the figures of several sets together: means weighted by tokens where those were counted, else by rows."""
    weights = [figures.get("tokens", float(count)) for figures, count in zip(found, rows, strict=True)]
    total = max(sum(weights), 1.0)
    whole = {
        name: sum(figures.get(name, 0.0) * weight for figures, weight in zip(found, weights, strict=True)) / total
        for name in found[0]
    }
    if "tokens" in whole:
        whole["tokens"] = sum(weights)
    if "perplexity" in whole:
        whole["perplexity"] = math.exp(min(whole["loss"], 700.0))
    return whole


def task_losses(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return task -> loss of every task that ``metrics`` tells apart."""
    return {name.removeprefix(LOSS_OF): value for name, value in metrics.items() if name.startswith(LOSS_OF)}


@contextmanager
def _only(trainer: Trainer, places: range) -> Iterator[None]:
    """Let ``trainer`` hold out only the rows at ``places``."""
    made: Any = trainer
    whole = made.eval_dataset
    made.eval_dataset = whole.select(places)
    try:
        yield
    finally:
        made.eval_dataset = whole
