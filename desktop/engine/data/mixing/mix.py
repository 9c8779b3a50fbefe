"""Several sets of rows as one: how often each row comes, in what order; it knows neither files nor what rows say.

Temperature: Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer,
section 3.5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.engine.data.mixing.lazy_rows import LazyRows, rows_of
from desktop.engine.data.mixing.split import scrambled
from desktop.engine.data.rows import KIND_TITLES, Row
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from desktop.engine.job import Mixing

MOST_ROWS = 20_000_000
"""Rows of an epoch beyond which a mixture is a slip of the pen: a weight of one in a million, say."""


@dataclass(frozen=True)
class Share:
    """What one set gives to an epoch.

    Attributes:
        task: name of the set.
        rows: rows it has to learn from.
        drawn: rows of an epoch that are its own.
        share: of the epoch.
        times: how often each of its rows is seen in an epoch, on average.
    """

    task: str
    rows: int
    drawn: int
    share: float
    times: float


@dataclass(frozen=True)
class Mixture:
    """One epoch over several sets.

    Attributes:
        sets: the set of each place, int32.
        rows: the row within that set, int64.
        shares: what each set gives, in the order of the sets.
    """

    sets: NDArray[Any]
    rows: NDArray[Any]
    shares: tuple[Share, ...]

    def __len__(self) -> int:
        """Return the rows of an epoch."""
        return len(self.rows)


class Mixed(LazyRows):
    """The rows of several sets in the order of a mixture."""

    def __init__(self, sources: Sequence[Sequence[Row]], mixture: Mixture) -> None:
        """Read from ``sources``, which are the sets that ``mixture`` counts."""
        self._sources = sources
        self._mixture = mixture

    def __len__(self) -> int:
        """Return the rows of an epoch."""
        return len(self._mixture)

    def of(self, numbers: Sequence[int]) -> NDArray[Any]:
        """Return the places of the rows that came from the sets of these ``numbers``, int64."""
        import numpy as np

        return np.flatnonzero(np.isin(self._mixture.sets, list(numbers)))

    def some(self, places: Sequence[int]) -> list[Row]:
        """Return the rows at ``places``, in that order."""
        wanted = list(places)
        return rows_of(self._sources, self._mixture.sets[wanted].tolist(), self._mixture.rows[wanted].tolist())


def check_kinds(names: Sequence[str], kinds: Sequence[str]) -> None:
    """Raise :class:`RequestError` where the sets called ``names`` are not all of one of the ``kinds``."""
    for name, kind in zip(names, kinds, strict=True):
        if kind != kinds[0]:
            raise RequestError(
                "mixed_kinds",
                f"{names[0]} holds {KIND_TITLES[kinds[0]]} and {name} holds {KIND_TITLES[kind]}: a model learns from "
                "one kind of rows at a time.",
                "Leave one of them out, or map its columns so that both are of one kind.",
            )


def shares_of(sizes: Sequence[int], weights: Sequence[float], mixing: Mixing) -> list[float]:
    """Return what part of an epoch each set is to have, together 1."""
    match mixing.strategy:
        case "proportional":
            parts = [float(size) for size in sizes]
        case "equal":
            parts = [1.0 if size else 0.0 for size in sizes]
        case "temperature":
            parts = [size ** (1 / mixing.temperature) if size else 0.0 for size in sizes]
        case "explicit":
            parts = [weight if size else 0.0 for size, weight in zip(sizes, weights, strict=True)]
    total = sum(parts)
    return [part / total for part in parts]


def counts_of(sizes: Sequence[int], weights: Sequence[float], mixing: Mixing) -> list[int]:
    """Return how many rows of each set an epoch has.

    Where it ends with the first set used up, no set gives more rows than it has; where it ends with the last, none
    gives fewer.

    Raises:
        RequestError: there is no row, or an epoch would be absurdly long.
    """
    if not any(sizes):
        raise RequestError("no_rows", "There is no row to learn from in any of the sets.", "Choose other data.")
    if mixing.strategy == "proportional":
        return list(sizes)
    shares = shares_of(sizes, weights, mixing)
    ends = [size / share for size, share in zip(sizes, shares, strict=True) if size]
    if mixing.stop == "first":
        total = min(ends)
        return [
            max(1, min(size, round(total * share))) if size else 0 for size, share in zip(sizes, shares, strict=True)
        ]
    total = max(ends)
    if total > MOST_ROWS:
        raise RequestError(
            "mix_too_long",
            f"Mixed like this, an epoch would have {total:,.0f} rows: small weights make everything else come again "
            "and again until the large set is used up.",
            "Bring the weights closer together, or let an epoch end with the first set.",
        )
    return [max(size, round(total * share)) if size else 0 for size, share in zip(sizes, shares, strict=True)]


def mixture(tasks: Sequence[str], sizes: Sequence[int], weights: Sequence[float], mixing: Mixing, seed: int) -> Mixture:
    """Return one epoch over sets of these ``sizes``, the same for the same ``seed``.

    The sets are spread evenly over the epoch, so that any stretch of it is mixed like the whole. A row that comes again
    does so when all others of its set have been seen as often.
    """
    import numpy as np

    counts = counts_of(sizes, weights, mixing)
    total = sum(counts)
    sets, rows, places = [], [], []
    for number, (size, count) in enumerate(zip(sizes, counts, strict=True)):
        chance = scrambled(2 * count, seed * 1_000_003 + number)
        drawn = np.empty(count, np.int64)
        for start in range(0, count, max(1, size)):
            room = min(size, count - start)
            # An own order a round: the first ``size`` numbers of each round are what it is sorted by.
            order = scrambled(size, int(chance[start] >> np.uint64(1)))
            drawn[start : start + room] = np.argsort(order, kind="stable")[:room]
        shift = (chance[count:] >> np.uint64(11)).astype(np.float64) * 2.0**-53
        sets.append(np.full(count, number, np.int32))
        rows.append(drawn)
        places.append((np.arange(count) + shift) / max(1, count))
    order = np.argsort(np.concatenate(places), kind="stable")
    shares = tuple(
        Share(task, size, count, count / total, count / size if size else 0.0)
        for task, size, count in zip(tasks, sizes, counts, strict=True)
    )
    return Mixture(np.concatenate(sets)[order], np.concatenate(rows)[order], shares)
