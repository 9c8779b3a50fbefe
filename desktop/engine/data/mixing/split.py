"""Keeps some rows for validation, never the same row on both sides; it knows nothing of what rows mean.

It works on places, not on rows: what is known of a row is its group (rows that are alike) and its stratum (its label,
or the file it came from). Chance follows from the seed alone, by a hash of our own, so that a job splits alike on
every machine and under every version of the libraries.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = Sequence[int] | NDArray[Any]

_OPEN, _TRAIN, _HELD = range(3)


def split(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Return training and validation rows, both in their old order; equal rows stay together."""
    seen: dict[str, int] = {}
    groups = [
        seen.setdefault(json.dumps(row, sort_keys=True, ensure_ascii=True, default=str), len(seen)) for row in rows
    ]
    strata = [str(row.get("label", "")) for row in rows]
    train, held = split_indices(groups, strata, share, seed)
    return [rows[index] for index in train], [rows[index] for index in held]


def split_indices(
    groups: Numbers, strata: Sequence[Hashable] | None, share: float, seed: int
) -> tuple[list[int], list[int]]:
    """Return the places of training and of validation rows, both rising.

    Rows of one group go to the same side, or the held-out loss would be measured on rows learned by heart. Each stratum
    gives about its share. At least one row is held out and at least one is left.

    Raises:
        RequestError: all rows are of one group.
    """
    [(train, held)] = split_sets([groups], [strata], share, seed)
    return train, held


def split_sets(
    groups: Sequence[Numbers], strata: Sequence[Sequence[Hashable] | None], share: float, seed: int
) -> list[tuple[list[int], list[int]]]:
    """Split several sets at once: each gives its share, and a group that lies in several goes to one side in all.

    Args:
        groups: a number a row for each set; equal numbers, in whatever set, are rows that stay together.
        strata: what each row of each set is held out by, ``None`` where nothing tells them apart.
        share: of the rows of each set.
        seed: what chance follows from.

    Raises:
        RequestError: all rows of all sets are of one group.
    """
    import numpy as np

    sizes = [len(one) for one in groups]
    joint = np.concatenate([np.asarray(one, np.int64) for one in groups]) if groups else np.zeros(0, np.int64)
    numbers, codes = np.unique(joint, return_inverse=True)
    if len(numbers) < 2:
        raise RequestError(
            "too_few_rows",
            "There is only one row that differs from the others, so none can be held out for validation.",
            "Add at least one more row.",
        )
    sides = np.full(len(numbers), _OPEN, np.int8)
    own = np.split(codes, np.cumsum(sizes)[:-1])
    for number, (rows, names) in enumerate(zip(own, strata, strict=True)):
        _settle(sides, rows, names, share, _mixed(seed, number))
    _leave_some(sides, codes)
    held = sides == _HELD
    return [(np.flatnonzero(~held[rows]).tolist(), np.flatnonzero(held[rows]).tolist()) for rows in own]


def scrambled(count: int, seed: int) -> NDArray[Any]:
    """Return ``count`` 64-bit numbers that look random and follow from ``seed`` alone.

    Source: Steele, Lea, Flood 2014, Fast Splittable Pseudorandom Number Generators (SplitMix64).
    """
    import numpy as np

    state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(_mixed(seed, 0))
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[Any] = state ^ (state >> np.uint64(31))
    return mixed


def _mixed(seed: int, number: int) -> int:
    """Return a seed for the ``number``-th of several things that share ``seed``."""
    return (seed * 0xD1342543DE82EF95 + number * 0xDA942042E4DD58B5) % 2**64


def _settle(sides: NDArray[Any], rows: NDArray[Any], names: Sequence[Hashable] | None, share: float, seed: int) -> None:
    """Decide the open groups of one set, each by the stratum of its first row, near to the set's share."""
    import numpy as np

    if not len(rows):
        return
    found, first, sizes = np.unique(rows, return_index=True, return_counts=True)
    coded: dict[Hashable, int] = {}
    strata = np.zeros(len(rows), np.int64)
    if names is not None:
        strata = np.fromiter((coded.setdefault(name, len(coded)) for name in names), np.int64, len(rows))
    kinds = max(1, len(coded))
    by_group = strata[first]
    chance = scrambled(len(rows), seed)[first]
    quotas = _quotas(np.bincount(strata, minlength=kinds), share, seed)
    was_held = sides[found] == _HELD
    done = np.bincount(by_group[was_held], weights=sizes[was_held], minlength=kinds).astype(np.int64)
    candidates = np.flatnonzero(sides[found] == _OPEN)
    order = candidates[np.lexsort((chance[candidates], by_group[candidates]))]
    borders = np.searchsorted(by_group[order], np.arange(kinds + 1))
    sides[found[candidates]] = _TRAIN
    for stratum in np.flatnonzero(quotas > done).tolist():
        inside = order[borders[stratum] : borders[stratum + 1]]
        # Held out, a group of more than half the rows would leave the smaller part to learn from.
        inside = inside[2 * sizes[inside] <= len(rows)]
        chosen = _nearest(sizes[inside], int(quotas[stratum] - done[stratum]))
        sides[found[inside[chosen]]] = _HELD
    if len(found) > 1 and not (sides[found] == _HELD).any() and len(candidates):
        smallest = candidates[np.lexsort((chance[candidates], sizes[candidates]))[0]]
        sides[found[smallest]] = _HELD


def _quotas(sizes: NDArray[Any], share: float, seed: int) -> NDArray[Any]:
    """Return how many rows each stratum is to give, together the share of all (method of largest remainders)."""
    import numpy as np

    exact = sizes * share
    quotas = np.floor(exact).astype(np.int64)
    total = min(int(sizes.sum()) - 1, max(1, round(float(sizes.sum()) * share)))
    missing = total - int(quotas.sum())
    if missing > 0:
        # Rounded, so that equal remainders are equal whatever the last bit of a product says.
        order = np.lexsort((scrambled(len(sizes), seed), -sizes, -np.round(exact - quotas, 9)))
        quotas[order[:missing]] += 1
    return quotas


def _nearest(sizes: NDArray[Any], wanted: int) -> NDArray[Any]:
    """Return places in ``sizes``, taken in order as long as each brings the sum nearer to ``wanted``."""
    import numpy as np

    if len(sizes) and int(sizes.max()) == 1:
        return np.arange(min(wanted, len(sizes)))
    chosen, total = [], 0
    for place, size in enumerate(sizes.tolist()):
        if abs(total + size - wanted) < wanted - total:
            chosen.append(place)
            total += size
            if total >= wanted:
                break
    return np.asarray(chosen, np.int64)


def _leave_some(sides: NDArray[Any], codes: NDArray[Any]) -> None:
    """See that neither side is empty, moving the smallest group."""
    import numpy as np

    sizes = np.bincount(codes, minlength=len(sides))
    for empty, full in ((_TRAIN, _HELD), (_HELD, _TRAIN)):
        if not (sides == empty).any():
            sides[np.argmin(np.where(sides == full, sizes, sizes.max() + 1))] = empty
