"""What a job will do with these rows: how many learn, how many steps, about how long; it knows no screen.

The time is a guess from counted work and a usual speed. The run itself measures its own speed and says better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from desktop.engine.advise.duration import START_SECONDS, about, step_seconds
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods.base import ModelFacts
from desktop.flow.wizard_findings import LengthsFound
from desktop.flow.wizard_inferred import held_out

__all__ = ["Plan", "about", "plan"]


@dataclass(frozen=True)
class Plan:
    """What a job will do.

    Attributes:
        train: rows it learns from.
        validation: rows kept aside.
        steps_an_epoch: optimizer steps in one pass over the rows.
        steps: in all.
        rows_a_step: rows the weights move for at once.
        seconds: a guess of how long it takes, 0 where it cannot be guessed.
    """

    train: int
    validation: int
    steps_an_epoch: int
    steps: int
    rows_a_step: int
    seconds: float


def plan(
    job: JobSpec,
    rows: int,
    facts: ModelFacts | None = None,
    trainable: int = 0,
    machine: Hardware | None = None,
    lengths: LengthsFound | None = None,
    aside: int = 0,
    split: tuple[int, int] | None = None,
) -> Plan:
    """Return what ``job`` will do with ``rows`` good rows, and ``aside`` more that are only checked with.

    ``split`` is how the engine parts the rows, where it said so: rows that are alike stay together, so that the share
    held out is not always the one asked for.
    """
    training = job.training
    validation = split[1] if split is not None else held_out(rows, training.validation_share)
    train = rows - validation
    batches = math.ceil(train / training.batch_size)
    an_epoch = math.ceil(batches / training.accumulation)
    steps = math.ceil(an_epoch * training.epochs)
    if training.max_steps is not None:
        steps = training.max_steps  # it replaces the epochs, as it does in the trainers
    rows_a_step = min(train, training.batch_size * training.accumulation)
    seconds = 0.0
    if facts is not None and machine is not None and steps:
        tokens = rows_a_step * (min(lengths.mean, training.max_length) if lengths else training.max_length / 2)
        seconds = START_SECONDS + steps * step_seconds(job, facts, trainable, machine, tokens)
    return Plan(train, validation + aside, an_epoch, steps, rows_a_step, seconds)
