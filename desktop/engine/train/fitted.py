"""A smaller batch for a run that ran out of memory, with the same rows in every step; it knows no model.

The job file never changes after the start, so what had to give is kept beside it and holds for every later engine.
"""

from __future__ import annotations

import json

import torch

from desktop.engine.job import JobSpec, Training
from desktop.engine.run_folder import RunFolder, write_atomically
from desktop.engine.train.emitter import Emitter

FILE = "fitted.json"


class TryAgainError(Exception):
    """The run ran out of memory and a smaller batch was settled: it is to be taken up again from its checkpoint."""


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether ``error`` means that the GPU or the machine has no memory left."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    words = str(error)
    return isinstance(error, RuntimeError) and ("can't allocate memory" in words or "out of memory" in words)


def halved(training: Training) -> Training | None:
    """Return ``training`` with at most half the rows at once and the same rows a step; ``None`` for a single row.

    A batch that cannot be halved evenly is cut by its smallest factor: 9 rows become three times 3.
    """
    rows = training.batch_size
    smaller = next((part for part in range(rows // 2, 0, -1) if rows % part == 0), None)
    if smaller is None:
        return None
    return training.model_copy(
        update={"batch_size": smaller, "accumulation": training.accumulation * (rows // smaller)}
    )


def keep(run: RunFolder, training: Training) -> None:
    """Let ``training`` hold for the run from now on."""
    values = {"batch_size": training.batch_size, "accumulation": training.accumulation}
    write_atomically(run.path / FILE, json.dumps(values))


def fitted(run: RunFolder, job: JobSpec) -> JobSpec:
    """Return ``job`` with the batch that fits; a file that says another number of rows a step is not believed."""
    try:
        values = json.loads((run.path / FILE).read_text(encoding="utf-8"))
        rows, times = int(values["batch_size"]), int(values["accumulation"])
    except (OSError, ValueError, KeyError, TypeError):
        return job
    training = job.training
    if rows < 1 or rows * times != training.batch_size * training.accumulation:
        return job
    return job.model_copy(update={"training": training.model_copy(update={"batch_size": rows, "accumulation": times})})


def fitted_and_told(run: RunFolder, emitter: Emitter) -> JobSpec:
    """Return the job of ``run`` with the batch that fits, and tell where that is not the one asked for."""
    asked = run.job()
    job = fitted(run, asked)
    if job != asked:
        training = job.training
        emitter.notice(
            "info",
            "smaller_batch",
            f"Memory ran out with {asked.training.batch_size} rows at once, so batches have {training.batch_size} now "
            f"and {training.accumulation} of them are added up: each step learns from the same rows.",
            "It takes a little longer; nothing needs to be done.",
        )
    return job
