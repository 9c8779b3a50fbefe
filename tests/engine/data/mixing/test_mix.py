"""A mixture keeps its shares, invents nothing, repeats only where it must, and is the same for the same seed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.mixing.mix import Mixed, check_kinds, counts_of, mixture, shares_of
from desktop.engine.errors import RequestError
from desktop.engine.job import Mixing

sizes = st.lists(st.integers(0, 60), min_size=1, max_size=5).filter(any)
weight = st.floats(0.1, 10)
mixings = st.builds(
    Mixing,
    strategy=st.sampled_from(["proportional", "equal", "temperature", "explicit"]),
    temperature=st.floats(1, 10),
    stop=st.sampled_from(["first", "last"]),
)
seeds = st.integers(0, 2**31 - 1)


def _mixture(counts: list[int], weights: list[float], mixing: Mixing, seed: int = 7) -> Any:
    return mixture([str(number) for number in range(len(counts))], counts, weights, mixing, seed)


@given(sizes, st.data(), mixings, seeds)
def test_nothing_is_invented_and_nothing_repeats_out_of_turn(
    counts: list[int], data: st.DataObject, mixing: Mixing, seed: int
) -> None:
    weights = data.draw(st.lists(weight, min_size=len(counts), max_size=len(counts)))
    made = _mixture(counts, weights, mixing, seed)
    seen = Counter(zip(made.sets.tolist(), made.rows.tolist(), strict=True))
    for number, size in enumerate(counts):
        times = [seen[number, row] for row in range(size)]
        assert sum(times) == made.shares[number].drawn
        if size:
            assert max(times) - min(times) <= 1, "no row is seen twice more than another of its set"
        if size and (mixing.stop == "first" or mixing.strategy == "proportional"):
            assert max(times) == 1 or made.shares[number].drawn == 0, "an epoch that ends first repeats nothing"
        if size and (mixing.stop == "last" or mixing.strategy == "proportional"):
            assert min(times) >= 1, "an epoch that ends last shows every row"
    assert sum(seen.values()) == len(made)
    assert all(0 <= row < counts[number] for number, row in seen)
    again = _mixture(counts, weights, mixing, seed)
    assert made.sets.tolist() == again.sets.tolist()
    assert made.rows.tolist() == again.rows.tolist()


@given(sizes, st.data(), mixings)
def test_shares_are_kept(counts: list[int], data: st.DataObject, mixing: Mixing) -> None:
    weights = data.draw(st.lists(weight, min_size=len(counts), max_size=len(counts)))
    wanted = shares_of(counts, weights, mixing)
    made = _mixture(counts, weights, mixing)
    assert sum(wanted) == pytest.approx(1)
    assert sum(share.share for share in made.shares) == pytest.approx(1)
    for share, part in zip(made.shares, wanted, strict=True):
        # Whole rows: each set is off by at most one of its own, and by what rounding adds to the whole.
        assert abs(share.drawn - part * len(made)) <= 1 + len(counts)


@pytest.mark.parametrize(
    ("mixing", "wanted"),
    [
        (Mixing(), [800, 200, 50]),
        (Mixing(strategy="equal", stop="first"), [50, 50, 50]),
        (Mixing(strategy="equal"), [800, 800, 800]),
        (Mixing(strategy="temperature", temperature=2), [800, 400, 200]),
        (Mixing(strategy="temperature", temperature=1), [800, 200, 50]),
        (Mixing(strategy="explicit"), [800, 1600, 400]),
        (Mixing(strategy="explicit", stop="first"), [100, 200, 50]),
    ],
)
def test_how_many_rows_an_epoch_has(mixing: Mixing, wanted: list[int]) -> None:
    assert counts_of([800, 200, 50], [2, 4, 1], mixing) == wanted


def test_every_stretch_is_mixed_like_the_whole() -> None:
    made = _mixture([3000, 1000], [1, 1], Mixing())
    for start in range(0, 4000, 100):
        assert 20 <= int((made.sets[start : start + 100] == 1).sum()) <= 30


def test_a_row_comes_again_when_its_set_has_come_round() -> None:
    made = _mixture([300, 10], [1, 1], Mixing(strategy="equal"))
    small = made.rows[made.sets == 1].tolist()
    rounds = [small[start : start + 10] for start in range(0, 300, 10)]
    assert all(sorted(one) == list(range(10)) for one in rounds)
    assert len({tuple(one) for one in rounds}) > 25, "each round has an order of its own"


def test_the_seed_matters() -> None:
    assert (
        _mixture([50, 50], [1, 1], Mixing(), 1).rows.tolist() != _mixture([50, 50], [1, 1], Mixing(), 2).rows.tolist()
    )


def test_a_slip_of_the_weights_is_refused() -> None:
    with pytest.raises(RequestError, match="an epoch would have 1,000,001,000,000 rows") as caught:
        counts_of([1_000_000, 10], [1e-6, 1], Mixing(strategy="explicit"))
    assert caught.value.hint
    with pytest.raises(RequestError, match="no row to learn from"):
        counts_of([0, 0], [1, 1], Mixing())


def test_rows_are_read_where_they_stand() -> None:
    sources = [[{"text": f"a{number}"} for number in range(6)], [], [{"text": "b0"}, {"text": "b1"}]]
    mixed = Mixed(sources, _mixture([6, 0, 2], [1, 1, 1], Mixing()))
    assert sorted(row["text"] for row in mixed) == ["a0", "a1", "a2", "a3", "a4", "a5", "b0", "b1"]
    assert mixed[-1] == mixed[7]
    assert mixed[2:4] == [mixed[2], mixed[3]]
    with pytest.raises(IndexError):
        mixed[8]


def test_kinds_that_do_not_go_together_are_refused() -> None:
    check_kinds(["a.jsonl", "b.jsonl"], ["chat", "chat"])
    with pytest.raises(RequestError, match=r"a.jsonl holds questions with answers.* and b.jsonl holds plain text"):
        check_kinds(["a.jsonl", "b.jsonl"], ["chat", "text"])
