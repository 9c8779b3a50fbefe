"""Any rows of an imported set for a table, good ones and bad ones, in pages; it knows no screen.

A page costs what it shows: rows are found by their numbers in memory-mapped files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from desktop.engine.data.library.entry import Entry
from desktop.engine.data.library.found import Finding, findings_in, load_table
from desktop.engine.data.library.parts import PartReader, Stored
from desktop.engine.data.library.view import View
from desktop.engine.data.source import Edit

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILTERS = ("", "good", "bad", "edited")


@dataclass(frozen=True)
class PageRow:
    """One row of a page.

    Attributes:
        row: place among the rows of the source, from 1.
        line: line it begins on, 0 where the format has no lines.
        file: name of the file where there are several.
        state: ``good``, ``bad``, ``skipped``, ``fixed`` or ``edited``.
        values: its record, empty where it could not be read.
        findings: what was found about it.
    """

    row: int
    line: int
    file: str
    state: str
    values: dict[str, Any]
    findings: tuple[Finding, ...]


class Pages:
    """The rows of one view.

    Attributes:
        columns: names in order of appearance.
    """

    def __init__(self, entry: Entry, view: View, edits: tuple[Edit, ...]) -> None:
        """Open the files; nothing is read yet."""
        self.columns = entry.about.columns
        self._entry = entry
        self._view = view
        self._edits = {edit.row: edit for edit in edits}
        stretches = entry.stretches
        self._reader = PartReader(entry.folder, [part for stretch in stretches for part in stretch.parts])
        self._found = load_table(view.found_file)

    def total(self, only: str = "") -> int:
        """Return how many rows there are, of those that ``only`` names: a filter or the id of a check."""
        return self._entry.about.rows if not only else len(self._chosen(only))

    def page(self, start: int, count: int, only: str = "") -> list[PageRow]:
        """Return up to ``count`` rows from the ``start``-th on."""
        if not only:
            numbers = list(range(start + 1, min(start + count, self._entry.about.rows) + 1))
        else:
            numbers = self._chosen(only)[start : start + count].tolist()
        return [self.row(number) for number in numbers]

    def row(self, number: int) -> PageRow:
        """Return the row with this number, from 1."""
        import numpy as np

        found = self._findings(number)
        edit = self._edits.get(number)
        stored = self.record(number)
        line = stored.line if stored else next((finding.line for finding in found), 0)
        file = stored.file if stored else next((finding.file for finding in found), "")
        place = int(np.searchsorted(self._good, number))
        is_good = place < len(self._good) and int(self._good[place]) == number
        values = edit.values if edit and edit.values is not None else stored.values if stored else {}
        return PageRow(number, line, file, _state(is_good, edit, found), values, found)

    def record(self, number: int) -> Stored | None:
        """Return the record with this row number as the source holds it, ``None`` where it could not be read."""
        import numpy as np

        place = int(np.searchsorted(self._rows, number))
        if place >= len(self._rows) or int(self._rows[place]) != number:
            return None
        stored = self._reader.at(place)
        file, line = self._where(number)
        return Stored(number, stored.line + line if stored.line else 0, stored.file or file, stored.values)

    @cached_property
    def _rows(self) -> NDArray[Any]:
        """The row number of every readable record, by its place."""
        import numpy as np

        found, start = [np.zeros(0, np.int64)], 0
        for stretch in self._entry.stretches:
            found.append(PartReader(self._entry.folder, stretch.parts).rows() + start)
            start += stretch.rows
        return np.concatenate(found)

    @cached_property
    def _good(self) -> NDArray[Any]:
        return self._view.rows[:, 1]

    @cached_property
    def _found_rows(self) -> NDArray[Any]:
        rows: NDArray[Any] = self._found["row"].to_numpy()
        return rows

    def _findings(self, number: int) -> tuple[Finding, ...]:
        import numpy as np

        start, stop = np.searchsorted(self._found_rows, [number, number + 1])
        return tuple(findings_in(self._found.slice(int(start), int(stop - start)))) if stop > start else ()

    def _where(self, number: int) -> tuple[str, int]:
        """Return the file a row stands in, where there are several, and the lines of that file before its stretch."""
        row = line = file = 0
        for stretch in self._entry.stretches:
            if stretch.file != file:
                file, line = stretch.file, 0
            if number <= row + stretch.rows:
                break
            row, line = row + stretch.rows, line + stretch.lines
        return self._entry.about.names[file], line

    def _chosen(self, only: str) -> NDArray[Any]:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if only == "good":
            return self._good
        if only == "edited":
            return np.array(sorted(self._edits), np.int64)
        if only == "bad":
            table = self._found.filter(pc.is_in(self._found["state"], pa.array(["bad", "skipped"])))
        else:
            table = self._found.filter(pc.equal(self._found["check"], only))
        rows: NDArray[Any] = np.unique(table["row"].to_numpy())
        return rows[rows > 0]


def _state(is_good: bool, edit: Edit | None, found: tuple[Finding, ...]) -> str:
    if edit is not None and edit.skip:
        return "skipped"
    if not is_good:
        return "bad" if any(finding.state == "bad" for finding in found) else "skipped"
    if edit is not None:
        return "edited"
    return "fixed" if any(finding.state == "fixed" for finding in found) else "good"
