"""Puts the model of the best step back in place of the last one; it knows no objective and no method."""

from __future__ import annotations

from typing import Any

from desktop.engine.train.checkpoint import CheckpointStore
from desktop.engine.train.emitter import Emitter


def best_instead(trainer: Any, store: CheckpointStore, emitter: Emitter, best: int, step: int) -> int:
    """Return the step whose model ``trainer`` holds now: ``best`` where its checkpoint is whole, else ``step``.

    Args:
        trainer: holds the model of ``step``.
        store: the checkpoints.
        emitter: is told either way.
        best: the step with the best held-out figure, 0 for the model as it was before training.
        step: the last step.
    """
    if best == step:
        return step
    folder = store.of(best)
    if folder is None:
        why = "its checkpoint is not there or damaged" if best else "no validation was better than before training"
        emitter.notice(
            "warning",
            "no_best",
            f"The result is the model of step {step} and not of the best step: {why}.",
            "Compare it with the base model before you use it.",
            step,
        )
        return step
    trainer._load_from_checkpoint(str(folder))
    emitter.notice(
        "info",
        "best_loaded",
        f"The result is the model of step {best}, the best on the held-out rows.",
        f"The last step, {step}, is kept as a checkpoint.",
        step,
    )
    return best
