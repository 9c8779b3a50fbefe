"""The order of a replay: every new row once, old ones in turn, evenly spread, and nothing to remember."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.continual.replay import Replay, ReplayOrder, replayed

NEW, OLD = st.integers(1, 120), st.integers(1, 60)
SHARES = st.floats(0.01, 0.9)


def test_the_share_is_of_both() -> None:
    assert (replayed(75, 0.25), replayed(10, 0.5), replayed(3, 0.01), replayed(5, 0.0)) == (25, 10, 1, 0)
    assert Replay().epoch_rows(75, 10, 0.25) == 100
    assert Replay().epoch_rows(75, 0, 0.25) == 75


@given(NEW, OLD, SHARES, st.integers(0, 1000), st.integers(0, 5))
def test_an_epoch_has_every_new_row_once(new: int, old: int, share: float, seed: int, epoch: int) -> None:
    order = ReplayOrder(new, old, share, seed)
    order.set_epoch(epoch)
    places = list(order)
    assert sorted(place for place in places if place < new) == list(range(new))
    assert len(places) == len(order) == new + replayed(new, share)
    assert all(place < new + old for place in places)
    again = ReplayOrder(new, old, share, seed)
    again.set_epoch(epoch)
    assert list(again) == places


@given(NEW, OLD, SHARES, st.integers(0, 1000))
def test_no_old_row_comes_again_before_all_have_been_seen(new: int, old: int, share: float, seed: int) -> None:
    order, seen = ReplayOrder(new, old, share, seed), []
    for epoch in range(4):
        order.set_epoch(epoch)
        # Within a round the order is free, so that rounds are told apart by counting.
        seen += [place - new for place in order if place >= new]
    for start in range(0, len(seen), old):
        stretch = seen[start : start + old]
        assert len(set(stretch)) == len(stretch)


@given(st.integers(20, 200), OLD, st.floats(0.1, 0.5), st.integers(0, 100))
def test_any_stretch_is_mixed_like_the_whole(new: int, old: int, share: float, seed: int) -> None:
    order = ReplayOrder(new, old, share, seed)
    marks = [place >= new for place in order]
    whole = sum(marks) / len(marks)
    for start in range(0, len(marks) - 8, 8):
        assert abs(sum(marks[start : start + 8]) - 8 * whole) <= 1.5


def test_epochs_differ() -> None:
    order = ReplayOrder(30, 10, 0.25, 7)
    first = list(order)
    order.set_epoch(1)
    assert list(order) != first
