"""Rows that sets share are found by their hashes, and what is alike across sets is told by one number."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.mixing.leaks import joint_groups, leaks, with_their_like


def _keys(values: list[int]) -> np.ndarray:
    return np.array(values, np.uint64)


def test_leaks_are_the_training_rows_that_are_held_out_as_well() -> None:
    largest = 2**64 - 1
    assert leaks(_keys([5, largest, 7, 5]), _keys([5, largest])).tolist() == [0, 1, 3]
    assert leaks(_keys([5]), _keys([])).tolist() == []


def test_what_is_nearly_the_same_as_a_leak_is_one() -> None:
    assert with_their_like(np.array([1]), np.array([0, 3, 3, 2])).tolist() == [1, 2]


@given(st.lists(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=25), min_size=1, max_size=4))
def test_joint_groups_are_the_connected_parts(sets: list[list[tuple[int, int]]]) -> None:
    """Compared with a search through the rows, one neighbour after the other."""
    # Equal rows of a set are always in one group: give each key the group it first came with.
    firsts: list[dict[int, int]] = [{} for _ in sets]
    rows = [
        (number, key, first.setdefault(key, group))
        for number, (one, first) in enumerate(zip(sets, firsts, strict=True))
        for key, group in one
    ]
    keys = [_keys([key for where, key, _ in rows if where == number]) for number in range(len(sets))]
    groups = [np.array([g for where, _, g in rows if where == number], np.int64) for number in range(len(sets))]
    joint = [int(number) for one in joint_groups(keys, groups) for number in one]
    parts = _parts(rows)
    for one in range(len(rows)):
        for other in range(len(rows)):
            assert (joint[one] == joint[other]) == (parts[one] == parts[other])


def _parts(rows: list[tuple[int, int, int]]) -> list[int]:
    parts = [-1] * len(rows)
    for start in range(len(rows)):
        waiting = [start] if parts[start] < 0 else []
        while waiting:
            one = waiting.pop()
            if parts[one] >= 0:
                continue
            parts[one] = start
            for other, (where, key, group) in enumerate(rows):
                if key == rows[one][1] or (where, group) == (rows[one][0], rows[one][2]):
                    waiting.append(other)
    return parts
