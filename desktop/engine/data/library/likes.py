"""Which rows are alike: equal by their keys, nearly equal by their sketches and words; it knows no file and no mapping.

Near-equal rows are found by locality-sensitive hashing over pairs of MinHash numbers and then compared word by word.
Source: Leskovec, Rajaraman, Ullman 2020, Mining of Massive Datasets, sections 3.3 and 3.4.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from desktop.engine.data.library.sketch import EMPTY

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR = 0.85
"""Share of words in common from which two rows count as nearly the same (Jaccard similarity)."""
FEWEST_WORDS = 6
"""Shorter rows are alike by chance or wholly."""
MOST_COMPARED = 20_000
"""Pairs compared word by word at most; a set where more look alike is one great template."""
_BANDS = ((0, 1, 2), (3, 4, 5), (0, 6, 7), (1, 4, 6))
_MIX = 0x9E3779B97F4A7C15
_AGREE = 6
"""Numbers of eight that must agree before words are compared: nine of ten pairs at the border above do."""


def equal_rows(keys: NDArray[Any]) -> NDArray[Any]:
    """Return, for each row, the index of the first row with the same key: its own where it is the first."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, bool)
    first = order[begins]
    result = np.empty(len(keys), np.int64)
    result[order] = first[np.cumsum(begins) - 1]
    return result


def near_rows(
    sketches: NDArray[Any], first: NDArray[Any], words: Callable[[int], frozenset[str]]
) -> list[tuple[int, int]]:
    """Return pairs (row, earlier row it nearly repeats), each row at most once, in the order of the rows.

    Of pairs that share nine words in ten nearly all are found; the rest is the price of not comparing all with all.

    Args:
        sketches: numbers of each row, uint32, shape (rows, 8).
        first: what :func:`equal_rows` returned; only first rows are compared.
        words: the words of a row.
    """
    import numpy as np

    alone = np.flatnonzero((first == np.arange(len(first))) & (sketches[:, 0] != EMPTY))
    columns = np.ascontiguousarray(sketches[alone].T)
    with ThreadPoolExecutor(len(_BANDS)) as pool:  # sorting leaves Python's lock alone
        found = list(pool.map(lambda band: _close_pairs(columns, band), _BANDS))
    pairs: dict[int, int] = {}
    candidates = alone[np.unique(np.sort(np.concatenate(found), axis=1), axis=0)]
    for earlier, row in candidates[:MOST_COMPARED].tolist():
        if row not in pairs and _alike(words(earlier), words(row)):
            pairs[row] = earlier
    return sorted(pairs.items())


def _close_pairs(columns: NDArray[Any], band: tuple[int, ...]) -> NDArray[Any]:
    """Return pairs of places that agree in the numbers of ``band`` and in enough of all; shape (pairs, 2)."""
    import numpy as np

    mixed = np.zeros(columns.shape[1], np.uint64)
    for number in band:
        mixed ^= columns[number]
        mixed *= np.uint64(_MIX)
    order = np.argsort(mixed, kind="stable")
    mixed = mixed[order]
    same = np.flatnonzero(mixed[1:] == mixed[:-1]) + 1
    begins = np.ones(len(order), bool)
    begins[same] = False
    leaders = np.flatnonzero(begins)[np.cumsum(begins)[same] - 1] if len(same) else same
    found = []
    # A row that agrees with the first of its run by chance may still repeat the one before it.
    for others in (leaders, same - 1):
        rows, earlier = order[same], order[others]
        agree = np.zeros(len(rows), np.int8)
        for column in columns:
            agree += column[rows] == column[earlier]
        close = agree >= _AGREE
        found.append(np.stack([rows[close], earlier[close]], axis=1))
    return np.concatenate(found)


def near_to(
    changed: NDArray[Any], sketches: NDArray[Any], first: NDArray[Any], words: Callable[[int], frozenset[str]]
) -> list[tuple[int, int]]:
    """Return pairs as :func:`near_rows` does, of which one row is among the few that ``changed``."""
    import numpy as np

    pairs = []
    for row in changed.tolist():
        if sketches[row, 0] == EMPTY or first[row] != row:
            continue
        agree = np.count_nonzero(sketches == sketches[row], axis=1) >= _AGREE
        for other in np.flatnonzero(agree & (first == np.arange(len(first)))).tolist():
            if other != row and _alike(words(other), words(row)):
                pairs.append((max(row, other), min(row, other)))
    return pairs


def joined(first: NDArray[Any], pairs: list[tuple[int, int]]) -> NDArray[Any]:
    """Return one number a row, the same for rows that are equal or nearly equal, directly or by way of others."""
    import numpy as np

    roots: dict[int, int] = {}

    def root(row: int) -> int:
        while row in roots:
            row = roots[row]
        return row

    for row, other in pairs:
        one, two = root(int(first[row])), root(int(first[other]))
        if one != two:
            roots[max(one, two)] = min(one, two)
    table = np.arange(len(first))
    for row in roots:
        table[row] = root(row)
    groups: NDArray[Any] = table[first]
    return groups


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if min(len(one), len(other)) < FEWEST_WORDS:
        return one == other
    common = len(one & other)
    return common >= NEAR * (len(one) + len(other) - common)
