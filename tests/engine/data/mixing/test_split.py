"""A split loses nothing, never puts the same row on both sides, keeps every stratum's share, and is the same again."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.mixing.split import scrambled, split, split_indices, split_sets
from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError

texts = st.lists(st.sampled_from("abcdefghij"), min_size=2, max_size=60).filter(lambda found: len(set(found)) > 1)
members = st.lists(st.tuples(st.integers(0, 25), st.sampled_from("xyz")), min_size=2, max_size=120).filter(
    lambda found: len({group for group, _ in found}) > 1
)
shares = st.floats(0.01, 0.5)
seeds = st.integers(0, 2**31 - 1)


@given(texts, shares, seeds)
def test_disjoint_and_complete(found: list[str], share: float, seed: int) -> None:
    rows: list[Row] = [{"text": text} for text in found]
    train, held = split(rows, share, seed)
    assert Counter(r["text"] for r in train) + Counter(r["text"] for r in held) == Counter(found)
    assert train
    assert held
    assert not {r["text"] for r in train} & {r["text"] for r in held}
    assert (train, held) == split(rows, share, seed)


@given(members, shares, seeds)
def test_places_are_shared_out_and_groups_stay_together(found: list[tuple[int, str]], share: float, seed: int) -> None:
    groups, strata = [group for group, _ in found], [stratum for _, stratum in found]
    train, held = split_indices(groups, strata, share, seed)
    assert sorted(train + held) == list(range(len(found)))
    assert train == sorted(train)
    assert held == sorted(held)
    assert train
    assert held
    assert not {groups[place] for place in train} & {groups[place] for place in held}
    assert (train, held) == split_indices(groups, strata, share, seed)


@given(st.lists(st.sampled_from("uvwxyz"), min_size=4, max_size=300), shares, seeds)
def test_strata_of_single_rows_keep_their_share_to_the_row(strata: list[str], share: float, seed: int) -> None:
    _, held = split_indices(range(len(strata)), strata, share, seed)
    given_up = Counter(strata[place] for place in held)
    for stratum, size in Counter(strata).items():
        assert abs(given_up[stratum] - size * share) <= 1
    assert len(held) == max(1, round(len(strata) * share))


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from("xy")), min_size=4, max_size=60), shares, seeds)
def test_shares_are_as_near_as_groups_allow(found: list[tuple[int, str]], share: float, seed: int) -> None:
    groups = [group for group, (size, _) in enumerate(found) for _ in range(size)]
    strata = [stratum for size, stratum in found for _ in range(size)]
    _, held = split_indices(groups, strata, share, seed)
    if len({groups[place] for place in held}) == 1:
        return  # one group is held out whatever its size: without any, nothing could be validated
    given_up = Counter(strata[place] for place in held)
    for stratum, size in Counter(strata).items():
        largest = max(size for size, other in found if other == stratum)
        assert abs(given_up[stratum] - size * share) <= 1 + largest / 2


def test_many_small_strata_give_the_share_together() -> None:
    strata = [f"file {number // 3}" for number in range(900)]
    _, held = split_indices(range(900), strata, 0.1, 5)
    assert len(held) == 90
    assert max(Counter(strata[place] for place in held).values()) == 1


def test_the_share_is_kept_and_the_seed_matters() -> None:
    rows: list[Row] = [{"text": str(number)} for number in range(1000)]
    train, held = split(rows, 0.1, 7)
    assert (len(train), len(held)) == (900, 100)
    assert held != split(rows, 0.1, 8)[1]
    assert [int(row["text"]) for row in train] == sorted(int(row["text"]) for row in train)


def test_labels_are_held_out_in_their_shares() -> None:
    rows: list[Row] = [{"text": str(number), "label": "b" if number % 10 == 0 else "a"} for number in range(100)]
    _, held = split(rows, 0.2, 3)
    assert Counter(row["label"] for row in held) == {"a": 18, "b": 2}


def test_one_row_cannot_be_split() -> None:
    with pytest.raises(RequestError, match="only one row"):
        split([{"text": "a"}] * 5, 0.1, 1)
    with pytest.raises(RequestError, match="only one row"):
        split_sets([[4, 4], [4]], [None, None], 0.1, 1)


def test_a_group_that_is_nearly_everything_is_trained_on() -> None:
    assert split_indices([0] * 99 + [1], None, 0.5, 1) == (list(range(99)), [99])


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=40), min_size=1, max_size=4).filter(
        lambda sets: len({group for one in sets for group in one}) > 1
    ),
    shares,
    seeds,
)
def test_sets_that_share_rows_agree_about_them(sets: list[list[int]], share: float, seed: int) -> None:
    found = split_sets(sets, [None] * len(sets), share, seed)
    train = {sets[number][place] for number, (places, _) in enumerate(found) for place in places}
    held = {sets[number][place] for number, (_, places) in enumerate(found) for place in places}
    assert train
    assert held
    assert not train & held
    for groups, (places, others) in zip(sets, found, strict=True):
        assert sorted(places + others) == list(range(len(groups)))


def test_each_of_several_sets_gives_its_share() -> None:
    large, small = list(range(1000)), list(range(1000, 1012))
    [(_, first), (_, second)] = split_sets([large, small], [None, None], 0.1, 7)
    assert (len(first), len(second)) == (100, 1)
    assert first == split_indices(large, None, 0.1, 7)[1], "a set splits alike whatever stands beside it"


def test_chance_is_the_same_everywhere() -> None:
    """Written down once: a library or machine that gave other numbers would change every split ever made."""
    assert scrambled(3, 7).tolist() == [15337404600680133411, 13615431973392968899, 15521589138007341757]
    assert split_indices(range(40), None, 0.1, 7)[1] == [17, 19, 21, 26]


def test_a_million_rows_take_no_time() -> None:
    began = time.perf_counter()
    train, held = split_indices(range(1_000_000), [str(number % 50) for number in range(1_000_000)], 0.1, 7)
    assert (len(train), len(held)) == (900_000, 100_000)
    assert time.perf_counter() - began < 10  # about half a second; the suite may run beside other work
