"""Series that grow, are replaced and go back; eased values; curves small enough for a row."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine import events as ev
from desktop.flow.metrics import SMOOTHING, Curves, Series, Sparkline, smooth
from tests.fakes.fake_engine import a_step
from tests.support.scripts import opening


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.floats(allow_nan=False)), max_size=80))
def test_a_series_is_sorted_and_holds_the_newest_value_of_every_step(points: list[tuple[int, float]]) -> None:
    series = Series()
    for step, value in points:
        series.put(step, value)
    assert dict(series) == dict(points)
    assert list(series.steps) == sorted(dict(points))


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), unique=True), st.integers(-1, 61))
def test_going_back_forgets_what_lies_behind(steps: list[int], back: int) -> None:
    series = Series()
    for step in steps:
        series.put(step, float(step))
    series.forget_after(back)
    assert list(series.steps) == sorted(step for step in steps if step <= back)
    assert series.at(back) == (float(back) if back in steps else None)


def test_equal_series_may_hold_nan() -> None:
    one, two = Series(), Series()
    one.put(1, math.nan)
    two.put(1, math.nan)
    assert one == two
    two.put(2, 1.0)
    assert one != two


def test_an_eased_value_begins_as_a_mean_and_passes_over_nan() -> None:
    assert smooth(math.nan, 4.0, 0) == 4.0
    assert smooth(4.0, 2.0, 1) == 3.0
    assert smooth(3.0, math.nan, 2) == 3.0
    assert smooth(3.0, math.inf, 2) == 3.0
    assert smooth(1.0, 2.0, 500) == pytest.approx(2.0 - SMOOTHING)


def test_a_step_done_again_replaces_the_old_one_and_what_follows_is_eased_anew() -> None:
    straight, redone = Curves(), Curves()
    for step in (1, 2, 3):
        straight.add_step(a_step(step, 9))
    for step in (1, 3, 2):
        redone.add_step(a_step(step, 9))
    assert redone.loss == straight.loss
    assert redone.smoothed == straight.smoothed


def test_the_plan_spans_the_first_step_to_the_last() -> None:
    curves = Curves()
    plan = next(event for event in opening(312) if isinstance(event, ev.Planned))
    curves.add_plan(plan)
    assert (curves.planned.steps[0], curves.planned.steps[-1]) == (1, 312)
    assert list(curves.planned.values) == plan.schedule


def test_a_gradient_far_above_the_usual_is_a_spike_once() -> None:
    curves = Curves()
    for step in range(1, 60):
        norm = 9.0 if step == 30 else 0.5 + 0.01 * (step % 3)
        curves.add_step(ev.Step(step=step, epoch=0, loss=1, learning_rate=1, gradient_norm=norm, tokens=1,
                                tokens_per_second=1, memory_mib=1))  # fmt: skip
    assert curves.spikes == [(30, 9.0)]
    curves.forget_after(29)
    assert curves.spikes == []


@settings(deadline=None)
@given(st.integers(0, 2000), st.integers(4, 60))
def test_a_sparkline_stays_small_and_ends_with_the_newest_point(count: int, capacity: int) -> None:
    line = Sparkline(capacity)
    for step in range(count):
        line.put(step, float(step))
    points = line.points()
    assert len(points) <= capacity + 1
    assert [step for step, _ in points] == sorted({step for step, _ in points})
    if count:
        assert points[0] == (0, 0.0)
        assert points[-1] == (count - 1, float(count - 1))
