"""Rows that several sets share, told by the hashes of what they say; it knows neither words nor files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def leaks(train_keys: NDArray[Any], validation_keys: NDArray[Any]) -> NDArray[Any]:
    """Return the places in ``train_keys`` of rows that are held out as well, rising."""
    import numpy as np

    return np.flatnonzero(np.isin(train_keys, validation_keys))


def with_their_like(places: NDArray[Any], groups: NDArray[Any]) -> NDArray[Any]:
    """Return ``places`` and those of all rows that are in a group with one of them, rising."""
    import numpy as np

    return np.flatnonzero(np.isin(groups, groups[places]))


def joint_groups(keys: Sequence[NDArray[Any]], groups: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return groups that hold across sets: one number for rows that are alike in a set, or equal in two of them.

    Args:
        keys: a hash a row for each set; equal rows have equal ones.
        groups: a number a row for each set; equal ones are alike, and numbers of different sets mean nothing together.
    """
    import numpy as np

    own: list[NDArray[Any]] = []
    next_number = 0
    for one in groups:
        found, codes = np.unique(one, return_inverse=True)
        own.append(codes.astype(np.int64) + next_number)
        next_number += len(found)
    if len(own) < 2:
        return own
    uniques = [np.unique(one) for one in keys]
    values, counts = np.unique(np.concatenate(uniques), return_counts=True)
    shared = values[counts > 1]
    if not len(shared):
        return own
    hits = [np.isin(one, shared) for one in keys]
    at = np.searchsorted(shared, np.concatenate([one[hit] for one, hit in zip(keys, hits, strict=True)]))
    who = np.concatenate([one[hit] for one, hit in zip(own, hits, strict=True)])
    table = np.arange(next_number)
    while True:
        # Each shared row takes the lowest number of its groups, each group the lowest of its rows, until none falls.
        lowest = np.full(len(shared), next_number)
        np.minimum.at(lowest, at, table[who])
        fallen = table.copy()
        np.minimum.at(fallen, who, lowest[at])
        fallen = fallen[fallen]
        if (fallen == table).all():
            return [table[numbers] for numbers in own]
        table = fallen
