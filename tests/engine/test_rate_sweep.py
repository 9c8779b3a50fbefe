"""The suggestion over curves whose right answer is known."""

from __future__ import annotations

import json
import math

import pytest

from desktop.engine.rate_sweep import RatePoint, RateSweep, Smoothed, judged, rates


def swept(losses: list[float], planned: list[float], usual: float) -> RateSweep:
    mean, points, lost = Smoothed(), [], False
    for step, (rate, loss) in enumerate(zip(planned, losses, strict=False), start=1):
        points.append(RatePoint(step, rate, loss, mean.add(loss)))
        if lost := mean.is_lost(points[-1].smoothed):
            break
    return judged(points, usual, 1.0, diverged=lost)


def curve(rate: float, good: float) -> float:
    """A loss of 4 that falls around ``good`` and explodes a factor of 20 above it."""
    return 4 - 3 / (1 + (good / rate) ** 2) + (rate / (20 * good)) ** 3


@pytest.mark.parametrize("good", [3e-4, 2e-3, 2e-2])
def test_the_suggestion_lies_near_the_rate_at_which_the_loss_falls(good: float) -> None:
    planned = rates(2e-3, 80)
    found = swept([curve(rate, good) for rate in planned], planned, 2e-3)
    assert found.suggestion is not None
    assert good / 3 < found.suggestion < good * 4
    assert found.lowest is not None
    assert found.suggestion <= found.lowest / 2.9


def test_a_lost_loss_ends_the_sweep_and_is_named() -> None:
    planned = rates(2e-3, 80)
    found = swept([curve(rate, 1e-3) for rate in planned], planned, 2e-3)
    assert found.diverged is not None
    assert len(found.points) < 80
    assert f"{found.diverged:.2g}" in found.sentence


@pytest.mark.parametrize("loss", [4.0, math.nan])
def test_no_fall_means_no_suggestion_and_the_usual_rate(loss: float) -> None:
    planned = rates(2e-3, 40)
    found = swept([4.0] * 10 + [loss] * 30, planned, 2e-3)
    assert found.suggestion is None
    assert "Keep the usual 0.002" in found.sentence
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["usual"] == 2e-3


def test_rates_are_even_on_a_log_scale_around_the_usual_one() -> None:
    planned = rates(1e-3, 41)
    assert (planned[0], planned[20], planned[-1]) == pytest.approx((1e-5, 1e-3, 1e-1))
    assert max(rates(0.3, 41)) == pytest.approx(10.0)
