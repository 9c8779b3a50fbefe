"""How much disk a run will fill at most, from its settings alone; it knows no model beyond its number of parameters."""

from __future__ import annotations

import math

from desktop.engine.job import Training

_WEIGHT = 4  # bytes: what learns is kept in fp32
_OPTIMIZER = {"adamw": 8, "adamw_8bit": 2, "paged_adamw_8bit": 2, "sgd": 0, "muon": 8}  # bytes kept a parameter
_SPARE = 64 * 2**20  # events, log, tokenizer


def checkpoint_bytes(training: Training, trainable: int) -> int:
    """Return how large one checkpoint is: what learns, and what the optimizer keeps of each of its parameters.

    Muon keeps one average for matrices and two for the rest; two are counted.
    """
    return trainable * (_WEIGHT + _OPTIMIZER[training.optimizer])


def checkpoints_at_most(training: Training) -> int:
    """Return how many checkpoints lie on the disk together: those kept, and the one being written.

    How many ``keep_every`` adds is known before the start only where the steps are limited.
    """
    kept = training.keep_checkpoints + training.keep_best
    if training.keep_every and training.max_steps:
        kept += math.floor(training.max_steps / training.keep_every)
    return kept + 1


def run_bytes(training: Training, trainable: int) -> int:
    """Return what a run with ``trainable`` parameters takes at most: checkpoints, the result, and what goes with it."""
    return checkpoints_at_most(training) * checkpoint_bytes(training, trainable) + trainable * _WEIGHT + _SPARE
