"""Runs that go wrong without stopping, on figures written by hand; each sign comes once and survives a resume."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.objectives.base import Measure
from desktop.engine.train.lookout import Lookout


def _codes(lookout: Lookout, losses: list[float], gradient: float = 1.0) -> list[str]:
    return [sign.code for loss in losses for sign in lookout.step(loss, gradient)]


def test_a_loss_of_zero_counts_only_with_nothing_to_follow_and_in_a_row() -> None:
    assert _codes(Lookout(), [0.0] * 5, gradient=0.0) == ["zero_loss"]
    assert _codes(Lookout(), [0.0] * 4 + [0.1] + [0.0] * 4, gradient=0.0) == []
    assert _codes(Lookout(), [0.0] * 50, gradient=0.3) == [], "rewards that cancel out still have a gradient"


def test_a_loss_that_climbs_far_above_its_lowest_is_told_once() -> None:
    lookout = Lookout()
    falling = [3.0 - n * 0.05 for n in range(30)]
    assert _codes(lookout, falling) == []
    assert _codes(lookout, [9.0] * 60) == ["divergence"]
    assert _codes(lookout, [20.0] * 60) == []


def test_one_spike_and_a_slow_rise_are_no_divergence() -> None:
    assert _codes(Lookout(), [2.0] * 20 + [30.0] + [2.0] * 40) == []
    assert _codes(Lookout(), [2.0 + n * 0.005 for n in range(100)]) == []


@given(st.lists(st.floats(0.5, 1.4), min_size=20, max_size=200))
def test_a_noisy_loss_within_a_factor_is_never_called_divergence(losses: list[float]) -> None:
    assert _codes(Lookout(), losses) == []


def _run(lookout: Lookout, held: list[float], train: list[float]) -> list[tuple[int, str]]:
    told = []
    for number, (loss, eased) in enumerate(zip(held, train, strict=True)):
        if number:
            for _ in range(10):
                lookout.step(eased, 1.0)
        told += [(number * 10, sign.code) for sign in lookout.evaluated(number * 10, {"loss": loss})]
    return told


def test_held_out_rising_twice_while_training_falls_is_over_fitting() -> None:
    lookout = Lookout()
    assert _run(lookout, [3.0, 2.0, 1.8, 1.9, 2.1, 2.4], [3, 2, 1.5, 1.0, 0.6, 0.3]) == [(40, "overfitting")]
    assert (lookout.seen.best_step, lookout.seen.best, lookout.seen.stale) == (20, 1.8, 3)


def test_held_out_rising_while_training_rises_too_is_not() -> None:
    assert _run(Lookout(), [2.0, 1.8, 1.9, 2.1], [2.0, 1.5, 2.0, 2.6]) == []


def test_the_best_is_judged_by_the_objective_s_own_measure() -> None:
    lookout = Lookout(Measure("accuracy", "Accuracy", "higher", share=True))
    for step, accuracy in enumerate([0.5, 0.8, 0.7, math.nan, 0.75]):
        lookout.evaluated(step, {"loss": 1.0 - step, "accuracy": accuracy})
    assert (lookout.seen.best_step, lookout.seen.best, lookout.seen.stale) == (1, 0.8, 3)


def test_the_same_step_measured_twice_counts_once() -> None:
    lookout = Lookout()
    for step, loss in [(0, 2.0), (5, 2.5), (5, 2.5), (5, 2.5)]:
        lookout.evaluated(step, {"loss": loss})
    assert lookout.seen.stale == 1


@pytest.mark.parametrize("cut", [1, 17, 44])
def test_what_a_checkpoint_carries_is_enough_to_go_on(cut: int) -> None:
    losses = [3.0 - n * 0.05 for n in range(30)] + [9.0] * 60
    whole, first = Lookout(), Lookout()
    expected = _codes(whole, losses)
    told = _codes(first, losses[:cut])
    second = Lookout(values=json.loads(json.dumps(first.carried())))
    assert told + _codes(second, losses[cut:]) == expected
    assert second.carried() == whole.carried()
