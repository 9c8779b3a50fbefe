"""Rows that are read when they are asked for, several at once where that is faster; it knows no file.

A million rows in any order, chosen or joined, are a list of numbers here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from desktop.engine.data.rows import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AHEAD = 2048
"""Rows read at once while all are gone through: few enough to hold, enough that neighbours in a file come together."""


class LazyRows(Sequence[Row]):
    """A sequence of rows that can be asked for some of them at once."""

    @abstractmethod
    def some(self, places: Sequence[int]) -> list[Row]:
        """Return the rows at ``places``, in that order; none is negative or beyond the end."""

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Return one row, or the rows of a slice as a list."""
        places = range(len(self))[index]
        return self.some(places) if isinstance(places, range) else self.some([places])[0]

    def __iter__(self) -> Iterator[Row]:
        """Yield all rows, reading ahead."""
        for start in range(0, len(self), _AHEAD):
            yield from self.some(range(start, min(start + _AHEAD, len(self))))


class ChosenRows(LazyRows):
    """Some rows of a sequence in an order of their own.

    Attributes:
        indices: places in the whole, int64.
    """

    def __init__(self, whole: Sequence[Row], indices: NDArray[Any]) -> None:
        """Choose ``indices`` of ``whole``."""
        self._whole = whole
        self.indices = indices

    def __len__(self) -> int:
        """Return how many were chosen."""
        return len(self.indices)

    def some(self, places: Sequence[int]) -> list[Row]:
        """Return the rows at ``places``, in that order."""
        return rows_at(self._whole, self.indices[list(places)].tolist())


class JoinedRows(LazyRows):
    """The rows of several sequences one after the other."""

    def __init__(self, sources: Sequence[Sequence[Row]]) -> None:
        """Lay ``sources`` end to end."""
        import numpy as np

        self._sources = sources
        self._starts = np.cumsum([0, *(len(source) for source in sources)], dtype=np.int64)

    def __len__(self) -> int:
        """Return the rows of all."""
        return int(self._starts[-1])

    def some(self, places: Sequence[int]) -> list[Row]:
        """Return the rows at ``places``, in that order."""
        homes = (self._starts.searchsorted(list(places), side="right") - 1).tolist()
        inside = [place - int(self._starts[home]) for place, home in zip(places, homes, strict=True)]
        return rows_of(self._sources, homes, inside)


def rows_at(rows: Sequence[Row], places: Sequence[int]) -> list[Row]:
    """Return the rows at ``places``, all at once where ``rows`` can do that."""
    if isinstance(rows, LazyRows):
        return rows.some(places)
    return [rows[place] for place in places]


def rows_of(sources: Sequence[Sequence[Row]], homes: Sequence[int], places: Sequence[int]) -> list[Row]:
    """Return, for each of ``places``, that row of the source whose number stands in ``homes``."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for order, home in enumerate(homes):
        wanted[home].append(order)
    found: dict[int, Row] = {}
    for home, orders in wanted.items():
        found.update(zip(orders, rows_at(sources[home], [places[order] for order in orders]), strict=True))
    return [found[order] for order in range(len(places))]
