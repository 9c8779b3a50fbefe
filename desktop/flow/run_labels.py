"""Model and method of a run in a few words, for tables and headings; it knows no run."""

from __future__ import annotations

import contextlib
from pathlib import Path

from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS


def method_label(job: JobSpec) -> str:
    """Return the method in a few words: ``LoRA r8``, ``QLoRA r16``, ``Full``."""
    title, rank = job.method.id, job.method.options.get("rank")
    with contextlib.suppress(RequestError):
        method = METHODS.get(job.method.id)
        default = method.options.model_fields.get("rank")
        title, rank = method.title.removesuffix(" fine-tuning"), rank or (default.default if default else None)
    if job.quantization in ("nf4", "fp4") and title == "LoRA":
        title = "QLoRA"  # the field's own word for it
    elif job.quantization != "none":
        title = f"{title} {job.quantization}"
    return f"{title} r{rank}" if rank is not None else title


def model_label(job: JobSpec) -> str:
    """Return the base model in a few words: the last part of a path, the run's name for a run."""
    return Path(job.model.removeprefix("run:").replace("\\", "/")).name or job.model
