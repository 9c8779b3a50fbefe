"""About how long a job takes, from counted work and a usual or measured speed; it knows no screen.

A guess: the run itself measures its own speed and says better.
"""

from __future__ import annotations

from desktop.engine.advise.table import row_of
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.job_shape import on_cuda
from desktop.engine.methods.base import ModelFacts

# Multiplications and additions a second that training reaches, from the starter on two cores and the field's reports.
CORE_SPEED = 25e9
GPU_SPEED = 30e12
START_SECONDS = 12.0  # libraries, model, rows: before the first step
STEP_SECONDS = 0.02  # what a step costs beside the mathematics
_QUANTIZED = 1.3  # unpacking the base, forward and backward


def step_seconds(
    job: JobSpec, facts: ModelFacts, trainable: int, machine: Hardware, tokens: float, measured: float | None = None
) -> float:
    """Return the seconds of one optimizer step.

    Args:
        job: what is asked.
        facts: of its model.
        trainable: weights that learn.
        machine: this one.
        tokens: of the rows of one step.
        measured: tokens a second that a LoRA run over this model reached here, where one was measured.
    """
    # A 4-bit base is slow whatever learns beside it, and QLoRA's row of the table already says so.
    slower = max(row_of(job.method.id).slower, _QUANTIZED if job.quantization != "none" else 0.0)
    if measured:
        return slower * tokens / measured
    # Two operations a weight forward, two for the gradient of what flows, two more for what learns.
    work = tokens * (4 * facts.parameters + 2 * min(trainable, facts.parameters))
    if job.training.checkpointing:
        work += tokens * 2 * facts.parameters
    threads = job.training.threads or machine.threads()
    speed = GPU_SPEED if on_cuda(job, machine) else CORE_SPEED * threads
    return slower * work / speed + STEP_SECONDS


def about(seconds: float) -> str:
    """Return a duration as a guess is said: ``about a minute``, ``about 25 minutes``, ``about 3 hours``."""
    if seconds <= 0:
        return "time not known yet"
    if seconds < 45:
        return f"about {max(10, 10 * round(seconds / 10))} seconds"
    minutes = seconds / 60
    if minutes < 1.5:
        return "about a minute"
    if minutes < 90:
        step = 1 if minutes < 10 else 5
        return f"about {step * round(minutes / step)} minutes"
    hours = minutes / 60
    return f"about {hours:.0f} hours" if hours < 36 else f"about {hours / 24:.0f} days"
