"""The good rows of an imported set as a sequence that reads them when they are asked for; it knows no model.

A million rows take some tens of megabytes here: the index. The words stay in memory-mapped files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from desktop.engine.data.library.entry import Entry
from desktop.engine.data.library.parts import PartReader
from desktop.engine.data.library.view import EDITED, View
from desktop.engine.data.mapping.interpret import Interpretation
from desktop.engine.data.mixing.lazy_rows import LazyRows
from desktop.engine.data.rows import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AHEAD = 512


class StoredRows(LazyRows):
    """Canonical rows, converted from their records one by one.

    Attributes:
        numbers: the row number of each in the source, int64.
        lines: the line each begins on, 0 where the format has no lines.
        keys: a 64-bit hash of what each says, uint64; equal rows have equal keys.
        groups: equal numbers are rows that are the same or nearly so and must stay on one side of a split.
        strata: the label or file of each row, ``None`` where rows are not told apart so.
    """

    def __init__(self, entry: Entry, view: View, interpretation: Interpretation) -> None:
        """Open the files of ``entry``; rows are read when they are asked for."""
        import numpy as np

        parts = [part for stretch in entry.stretches for part in stretch.parts]
        self._reader = PartReader(entry.folder, parts)
        self._reader.hold()
        self._as = interpretation
        self._edited = view.edited
        self._places = view.rows[:, 0]
        self.numbers: NDArray[Any] = view.rows[:, 1]
        self.lines: NDArray[Any] = view.rows[:, 2]
        self.keys: NDArray[Any] = np.ascontiguousarray(view.rows[:, 3]).view(np.uint64)
        self.groups: NDArray[Any] = view.rows[:, 4]
        self._strata = np.ascontiguousarray(view.rows[:, 5])
        self._names = view.strata

    @property
    def strata(self) -> list[str] | None:
        """Return the label or file of each row."""
        if not self._names:
            return None
        return [self._names.get(number, "") for number in self._strata.tolist()]

    def __len__(self) -> int:
        """Return the good rows."""
        return len(self._places)

    def some(self, places: Sequence[int]) -> list[Row]:
        """Return the rows at ``places``, in that order."""
        if len(places) == 1:
            return [self._row(int(self._places[places[0]]))]
        stored = self._places[list(places)].tolist()
        records = iter(self._reader.some([place for place in stored if place >= 0]))
        return [self._as.row(next(records).values) if place >= 0 else self._row(place) for place in stored]

    def __iter__(self) -> Iterator[Row]:
        """Yield all rows; records are decoded some hundreds at a time."""
        yield from self.between(0, len(self))

    def between(self, start: int, stop: int) -> Iterator[Row]:
        """Yield the rows from ``start`` up to ``stop``."""
        for begin in range(start, stop, _AHEAD):
            places = self._places[begin : min(begin + _AHEAD, stop)].tolist()
            stored = [place for place in places if place >= 0]
            if not stored or stored[-1] - stored[0] > 2 * _AHEAD:
                yield from map(self._row, places)
                continue
            records = list(self._reader.between(stored[0], stored[-1] + 1))
            for place in places:
                yield self._as.row(records[place - stored[0]].values) if place >= 0 else self._row(place)

    def _row(self, place: int) -> Row:
        record = self._edited[EDITED - place] if place <= EDITED else self._reader.at(place).values
        return self._as.row(record)
