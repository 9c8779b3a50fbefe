"""The sample data that came with the program, as cards to choose from; it reads their list and none of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from desktop import paths


@dataclass(frozen=True)
class Sample:
    """One sample data set.

    Attributes:
        id: short name.
        title: on screen.
        path: the file.
        kind: what its rows are.
        sentence: what it is good for.
    """

    id: str
    title: str
    path: Path
    kind: str
    sentence: str


def samples() -> list[Sample]:
    """Return the samples whose files are there, in the order of their list."""
    listing = paths.samples() / "samples.yaml"
    if not listing.is_file():
        return []
    values: Any = yaml.safe_load(listing.read_text(encoding="utf-8"))
    entries = values.get("samples", []) if isinstance(values, dict) else values
    found = [
        Sample(
            str(entry["id"]),
            str(entry["title"]),
            paths.samples() / str(entry["file"]),
            str(entry["kind"]),
            str(entry["sentence"]),
        )
        for entry in entries or ()
    ]
    return [sample for sample in found if sample.path.exists()]
