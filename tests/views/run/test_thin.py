"""A thinned line spans what the whole one spans, whatever its length, and ends where it ends."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.views.run.thin import thinned

VALUES = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))


@given(st.lists(VALUES, min_size=1, max_size=400), st.integers(1, 40))
def test_nothing_sticks_out_and_nothing_is_lost(values: list[float], stretches: int) -> None:
    xs, ys = np.arange(len(values), dtype=float), np.array(values)
    thin_x, thin_y = thinned(xs, ys, stretches)
    assert len(thin_x) == len(thin_y) <= len(xs) + 1
    assert np.all(np.diff(thin_x) >= 0)
    assert thin_x[-1] == xs[-1]
    assert np.array_equal(thin_y[-1], ys[-1], equal_nan=True)
    if np.isfinite(ys).any():
        assert np.nanmin(thin_y) == np.nanmin(ys)
        assert np.nanmax(thin_y) == np.nanmax(ys)
    else:
        assert np.isnan(thin_y).all()


def test_a_million_points_become_a_screenful() -> None:
    xs = np.arange(1_000_000, dtype=float)
    thin_x, _ = thinned(xs, np.sin(xs / 1e4), 480)
    assert len(thin_x) < 4 * 480


def test_a_short_line_stays_as_it_is() -> None:
    xs, ys = np.arange(10.0), np.arange(10.0)
    assert thinned(xs, ys, 100)[0] is xs
