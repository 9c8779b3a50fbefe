"""What a run was made with: versions, machine, seeds and fingerprints of its data; written once, compared on resume."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Any

import desktop
from desktop.engine.data.hub.cache import PREFIX, files_of
from desktop.engine.errors import RequestError
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import RunFolder, write_atomically
from desktop.engine.train.disk import sha256

_LIBRARIES = (
    "torch", "transformers", "peft", "trl", "bitsandbytes", "accelerate", "datasets", "tokenizers", "safetensors",
)  # fmt: skip


def write_environment(run: RunFolder, job: JobSpec, machine: Hardware, device: str, threads: int) -> dict[str, str]:
    """Write environment.json, or, where it is there, refuse to go on with data that changed since; return the data."""
    data = fingerprints(job)
    if run.environment_file.is_file():
        _compare(json.loads(run.environment_file.read_text(encoding="utf-8")).get("data", {}), data)
        return data
    values: dict[str, Any] = {
        "fettle": desktop.__version__,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "hardware": dataclasses.asdict(machine),
        "device": device,
        "threads": threads,
        "seed": job.training.seed,
        "data": data,
    }
    write_atomically(run.environment_file, json.dumps(values, indent=2, ensure_ascii=False))
    return data


def fingerprints(job: JobSpec) -> dict[str, str]:
    """Return path -> SHA-256 of every data file of ``job``."""
    paths = [path for source in job.data for words in source.paths for path in _paths(words)]
    files = [file for path in paths for file in _files(path)]
    return {str(file): sha256(file) for file in dict.fromkeys(files)}


def _paths(words: str) -> list[Path]:
    return files_of(words) if words.startswith(PREFIX) else [Path(words)]


def _files(path: Path) -> list[Path]:
    return sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]


def _compare(before: dict[str, str], now: dict[str, str]) -> None:
    if before == now:
        return
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    raise RequestError(
        "data_changed",
        f"{Path(changed[0]).name} has changed since the run began, so it cannot go on as the same run.",
        "Put the file back as it was, or start a new run.",
    )
