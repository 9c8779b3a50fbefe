"""The clipped losses and the price of leaving the reference: by hand, and by plain loops over random numbers."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.rl.kl import KlPenalty
from desktop.engine.rl.ppo_loss import explained, token_loss


def one(now: float, old: float, advantage: float, value: float, old_value: float, came: float) -> list[float]:
    tensors = [torch.tensor([[number]]) for number in (now, old, advantage, value, old_value, came)]
    found = token_loss(*tensors, torch.tensor([[True]]), clip=0.2, value_clip=0.5)
    return [float(part) for part in found]


def test_by_hand() -> None:
    # Twice as likely as before and worth it: only 1.2 times counts. The value jumped by 2, of which 0.5 counts.
    policy, value, clipped, moved = one(math.log(0.4), math.log(0.2), 3.0, 2.0, 0.0, 1.0)
    assert policy == pytest.approx(-1.2 * 3)
    assert clipped == 1
    assert value == pytest.approx(0.5 * max((2 - 1) ** 2, (0.5 - 1) ** 2))
    assert moved == pytest.approx(2 - 1 - math.log(2))
    # Twice as likely and not worth it: nothing holds back the way down.
    assert one(math.log(0.4), math.log(0.2), -3.0, 0.0, 0.0, 0.0)[:3] == [pytest.approx(6), 0, 0]
    # Half as likely and not worth it: clipped at 0.8.
    assert one(math.log(0.1), math.log(0.2), -3.0, 0.0, 0.0, 0.0)[:3] == [pytest.approx(0.8 * 3), 0, 1]
    # Nothing learned yet: the ratio is 1.
    assert one(-1.0, -1.0, 3.0, 1.0, 1.0, 2.0) == [pytest.approx(-3), pytest.approx(0.5), 0, 0]


@given(st.integers(0, 500), st.floats(0.05, 0.5), st.floats(0.05, 2))
def test_loops_say_the_same(seed: int, clip: float, value_clip: float) -> None:
    made = torch.Generator().manual_seed(seed)
    now, old, advantage, value, before, came = torch.randn(6, 3, 5, generator=made, dtype=torch.float64)
    answered = torch.rand(3, 5, generator=made) < 0.7
    found = token_loss(now, old, advantage, value, before, came, answered, clip=clip, value_clip=value_clip)
    for row in range(3):
        for t in range(5):
            if not answered[row, t]:
                assert all(float(part[row, t]) == 0 for part in found)
                continue
            n, o, a, v, b, r = (float(x[row, t]) for x in (now, old, advantage, value, before, came))
            ratio = math.exp(n - o)
            held = min(max(ratio, 1 - clip), 1 + clip)
            assert float(found.policy[row, t]) == pytest.approx(-min(ratio * a, held * a))
            near = b + min(max(v - b, -value_clip), value_clip)
            assert float(found.value[row, t]) == pytest.approx(0.5 * max((v - r) ** 2, (near - r) ** 2))


def test_a_clipped_token_pulls_at_nothing() -> None:
    now = torch.tensor([[math.log(0.4), math.log(0.2)]], requires_grad=True)
    old = torch.tensor([[math.log(0.2), math.log(0.2)]])
    ones, zeros = torch.ones(1, 2), torch.zeros(1, 2)
    found = token_loss(now, old, ones, zeros, zeros, zeros, ones.bool(), clip=0.2, value_clip=0.2)
    found.policy.sum().backward()
    assert now.grad is not None
    assert now.grad.tolist() == [[0.0, pytest.approx(-1.0)]]


def test_the_price_follows_the_distance() -> None:
    penalty = KlPenalty(0.1, target=6.0)
    penalty.heed(12.0)  # twice too far: held at 0.2, times 0.1
    assert penalty.coefficient == pytest.approx(0.1 * 1.02)
    penalty.heed(0.0)
    assert penalty.coefficient == pytest.approx(0.1 * 1.02 * 0.98)
    penalty.heed(6.6)
    assert penalty.coefficient == pytest.approx(0.1 * 1.02 * 0.98 * 1.01)
    fixed = KlPenalty(0.1)
    fixed.heed(100.0)
    assert fixed.coefficient == 0.1


def test_explained_variance() -> None:
    came = torch.tensor([1.0, 2.0, 3.0])
    assert explained(came, came) == 1
    assert explained(torch.zeros(3), came) == pytest.approx(0)
    assert explained(came, torch.ones(3)) == 0
