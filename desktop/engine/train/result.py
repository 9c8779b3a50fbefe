"""Writes what a run made, so that it is whole or not there: weights, tokenizer, template, card, lineage."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.engine.data.rendering.templates import template_of
from desktop.engine.job import JobSpec
from desktop.engine.methods.base import Method
from desktop.engine.models.card import card
from desktop.engine.models.fingerprint import fingerprint
from desktop.engine.models.heads import Head, save_head
from desktop.engine.models.library import EVALUATION_FILE, LINEAGE_FILE, REPORT_FILE, ModelRef
from desktop.engine.models.lineage import ancestry
from desktop.engine.run_folder import RunFolder
from desktop.engine.train.disk import Disk


@dataclass(frozen=True)
class Result:
    """Everything the result is made of.

    Attributes:
        model: the trained model.
        tokenizer: its tokenizer.
        method: what was trained.
        base: what it started from.
        metrics: held-out figures before and after.
        data: path -> SHA-256 of what it learned from.
        steps: optimizer steps done.
        chats: whether it learned from conversations.
        head: what the model ends in, where that is not words.
        report: what the objective found on the held-out rows beyond figures.
    """

    model: Any
    tokenizer: Any
    method: Method
    base: ModelRef
    metrics: dict[str, dict[str, float]]
    data: dict[str, str]
    steps: int
    chats: bool
    head: Head | None = None
    report: dict[str, Any] = field(default_factory=dict)


def save_result(run: RunFolder, job: JobSpec, result: Result, disk: Disk | None = None) -> None:
    """Write the run's model folder; raise ``OSError`` leaving nothing half-written."""
    disk = disk or Disk()
    staging = run.path / f".model-{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir()
        with _system_errors():
            result.method.save(result.model, staging)
            if result.head is not None and result.method.is_adapter:
                save_head(result.model, staging)
        found = result.method.report(result.model)
        if found:
            report = {"schema": 1, "method": result.method.id, **found}
            disk.write(staging / REPORT_FILE, json.dumps(report, indent=2).encode())
        if result.report:
            evaluation = {"schema": 1, "objective": job.objective.id, **result.report}
            disk.write(staging / EVALUATION_FILE, json.dumps(evaluation, indent=2, ensure_ascii=False).encode())
        if result.chats and result.tokenizer.chat_template is None:
            # Whoever uses the model elsewhere must ask it in the form it was trained on.
            result.tokenizer.chat_template = template_of(result.tokenizer)
        with _system_errors():
            result.tokenizer.save_pretrained(staging)
        lineage = _lineage(run, job, result)
        disk.write(staging / "README.md", card(lineage, job.to_yaml()).encode())
        disk.write(staging / LINEAGE_FILE, json.dumps(lineage, indent=2, ensure_ascii=False).encode())
        disk.sync_tree(staging)
        disk.replace_folder(staging, run.model)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def _system_errors() -> Iterator[None]:
    """Turn what the libraries' compiled halves raise for a full disk back into the ``OSError`` it was."""
    try:
        yield
    except Exception as error:
        # safetensors has a class of its own for it, tokenizers raises a bare Exception; both quote the system.
        found = re.search(r"\(os error (\d+)\)", str(error))
        if isinstance(error, OSError) or found is None:
            raise
        raise OSError(int(found.group(1)), os.strerror(int(found.group(1)))) from error


def _lineage(run: RunFolder, job: JobSpec, result: Result) -> dict[str, Any]:
    head = {} if result.head is None else {"head": result.head.as_dict()}
    lineage = head | {
        "name": job.name,
        "run": run.name,
        "base": result.base.ref,
        "base_folder": str(result.base.adapter or result.base.folder),
        "base_fingerprint": fingerprint(result.base.adapter or result.base.folder),
        "objective": job.objective.id,
        "objective_options": job.objective.options,
        "method": job.method.id,
        "options": job.method.options,
        "quantization": job.quantization,
        "adapter": result.method.is_adapter,
        "steps": result.steps,
        "metrics": result.metrics,
        "data": _named(result.data),
    }
    return lineage | {"ancestry": ancestry(lineage)}


def _named(data: dict[str, str]) -> dict[str, str]:
    """Return name -> digest: a file's own name, with the folders that tell it from another file of that name."""
    parts = {path: Path(path).parts for path in data}
    named = {}
    for path, own in parts.items():
        size = 1
        while size < len(own) and any(other[-size:] == own[-size:] for name, other in parts.items() if name != path):
            size += 1
        named["/".join(own[-size:])] = data[path]
    return named
