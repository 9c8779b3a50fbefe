"""Held-out figures task by task and over all of them, each row measured once; it knows no objective in particular."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import Trainer

    from desktop.engine.objectives.base import Objective

LOSS_OF = "loss/"
OLD_LOSS, FORGETTING = "old_loss", "forgetting"


def measured(
    objective: Objective,
    trainer: Trainer,
    tasks: Mapping[str, range],
    old: Collection[str] = (),
    before: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the figures of ``objective`` over all held-out rows of the tasks that are new to the model.

    Of several tasks each has its own ``loss/TASK``, and ``KEY/TASK`` for the first measure the objective is judged by.
    Of old ones there are ``old_loss``, over all of them, and ``forgetting``: by how much that has risen since the start
    of the run (Lopez-Paz and Ranzato 2017, Gradient Episodic Memory, section 3: backward transfer, of the loss and with
    its sign turned).

    Args:
        objective: says what is measured.
        trainer: whose held-out rows and model are measured.
        tasks: name -> places of its rows among the held-out ones.
        old: those of ``tasks`` that the model already knew.
        before: the figures of the start of the run; empty at the start itself.
    """
    if len(tasks) < 2:
        found = objective.metrics(trainer)
        return found | objective.over_tasks(dict.fromkeys(tasks, found))
    by_task = {}
    for task, places in tasks.items():
        with _only(trainer, places):
            by_task[task] = objective.metrics(trainer)
    new = {task: figures for task, figures in by_task.items() if task not in old}
    whole = over_all(list(new.values()), [len(tasks[task]) for task in new])
    if len(new) > 1 and any(name in whole for name in objective.pooled):
        with _only(trainer, [place for task in new for place in tasks[task]]):
            together = objective.metrics(trainer)
        whole |= {name: together[name] for name in objective.pooled if name in together}
    whole |= objective.over_tasks(new)
    for key in dict.fromkeys(("loss", objective.measures[0].key)):
        whole |= {f"{key}/{task}": figures[key] for task, figures in by_task.items() if key in figures}
    known = {task: figures for task, figures in by_task.items() if task in old}
    if known:
        whole[OLD_LOSS] = over_all(list(known.values()), [len(tasks[task]) for task in known])["loss"]
        whole[FORGETTING] = whole[OLD_LOSS] - (before or {}).get(OLD_LOSS, whole[OLD_LOSS])
    return whole


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
def _only(trainer: Trainer, places: Sequence[int]) -> Iterator[None]:
    """Let ``trainer`` hold out only the rows at ``places``."""
    made: Any = trainer
    whole = made.eval_dataset
    made.eval_dataset = whole.select(places)
    try:
        yield
    finally:
        made.eval_dataset = whole
