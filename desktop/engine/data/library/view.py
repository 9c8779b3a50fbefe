"""What an import found under one mapping, as it is kept and loaded again; it reads no source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xxhash

from desktop.engine.data.library.found import Finding, findings_in, load_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDITED = -1
"""Places of corrected rows count down from here: their records are not in the files."""


@dataclass
class View:
    """Good rows under one mapping, and what was found about the others.

    Attributes:
        rows: one line a good row: place of its record (``EDITED - n`` for the n-th correction), row, line, key, group,
            stratum; shape (rows, 6), int64 with keys and strata as their bit patterns.
        strata: stratum -> label or file.
        counts: check id -> state -> rows.
        examples: check id -> the first findings.
        edited: the values of corrected rows, in the order of their places.
        found_file: every finding.
    """

    rows: NDArray[Any]
    strata: dict[int, str]
    counts: dict[str, dict[str, int]]
    examples: dict[str, list[Finding]]
    edited: list[dict[str, Any]]
    found_file: Path

    @property
    def bad(self) -> int:
        """Return the rows that cannot be used."""
        return sum(states.get("bad", 0) for states in self.counts.values())

    @property
    def skipped(self) -> int:
        """Return the rows left out because a policy or a correction says so."""
        return sum(states.get("skipped", 0) for states in self.counts.values())

    @property
    def fixed(self) -> int:
        """Return the rows that were mended."""
        return sum(states.get("fixed", 0) for states in self.counts.values())

    def findings(self) -> Iterator[Finding]:
        """Yield every finding, ordered by row."""
        yield from findings_in(load_table(self.found_file))


def load_view(folder: Path, key: str) -> View | None:
    """Return the view called ``key``, ``None`` where it was not made or is not whole."""
    import numpy as np

    found_file = folder / f"found-{key}.arrow"
    try:
        about = json.loads((folder / f"view-{key}.json").read_text(encoding="utf-8"))
        rows = np.load(folder / f"rows-{key}.npy", mmap_mode="r")
        if len(rows) != about["good"] or about["sum"] != sum_of(rows) or not found_file.is_file():
            return None  # written, but not to the disk when the power went
        examples = {check: [Finding(**one) for one in found] for check, found in about["examples"].items()}
        strata = {int(number): name for number, name in about["strata"].items()}
        return View(rows, strata, about["counts"], examples, about["edited"], found_file)
    except (OSError, ValueError, KeyError, TypeError):  # not there, or another version's
        return None


def sum_of(rows: NDArray[Any]) -> str:
    """Return a fast sum of the good rows, against accidents and not against malice."""
    import numpy as np

    return xxhash.xxh3_64_hexdigest(np.ascontiguousarray(rows).data)
