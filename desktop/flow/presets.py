"""Ready-made jobs that come with the program: a name, a sentence and a job each; it knows no screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec


@dataclass(frozen=True)
class Preset:
    """One ready-made job.

    Attributes:
        id: name of its file.
        title: name on screen.
        summary: one sentence.
        job: with every path made absolute.
    """

    id: str
    title: str
    summary: str
    job: JobSpec


def presets() -> list[Preset]:
    """Return every preset that came with the program."""
    return [_read(file) for file in sorted(_folder().glob("*.yaml"))]


def preset(id: str) -> Preset:
    """Return the preset called ``id``; raise :class:`RequestError` where there is none."""
    file = _folder() / f"{id}.yaml"
    if not paths.is_inside(file, _folder()) or not file.is_file():
        known = ", ".join(found.stem for found in sorted(_folder().glob("*.yaml")))
        raise RequestError("unknown_preset", f"There is no preset called {id!r}.", f"There are: {known}.")
    return _read(file)


def _folder() -> Path:
    return paths.resources() / "presets"


def _read(file: Path) -> Preset:
    values: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    job = JobSpec.from_mapping(values["job"]).anchored(paths.resources())
    return Preset(file.stem, str(values["title"]), str(values["summary"]), job)
