"""Rewards by token and advantages: numbers worked by hand, and a second way of counting over random answers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.rl.advantages import estimated, token_rewards, whitened


def test_by_hand() -> None:
    # Two tokens worth 1 and 3 behind a question of one; expected 0.5 and 1. Gamma 0.9, lambda 0.5.
    rewards = torch.tensor([[0.0, 1.0, 3.0]])
    values = torch.tensor([[0.0, 0.5, 1.0]])
    answered = torch.tensor([[False, True, True]])
    found = estimated(rewards, values, answered, discount=0.9, trace=0.5)
    last = 3 - 1
    first = (1 + 0.9 * 1 - 0.5) + 0.9 * 0.5 * last
    assert found.tolist() == [[0.0, pytest.approx(first), pytest.approx(last)]]


def test_the_score_is_earned_by_the_last_token_and_leaving_costs() -> None:
    answered = torch.tensor([[False, True, True, False], [True, True, True, True]])
    logs = torch.tensor([[0.0, -1.0, -2.0, 0.0], [-1.0, -1.0, -1.0, -1.0]])
    reference = torch.tensor([[0.0, -1.5, -1.0, 0.0], [-1.0, -1.0, -1.0, -1.0]])
    found = token_rewards(torch.tensor([2.0, -3.0]), logs, reference, answered, 0.1)
    assert torch.allclose(found, torch.tensor([[0.0, -0.05, 2.1, 0.0], [0.0, 0.0, 0.0, -3.0]]))


@st.composite
def answers(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rows, width = draw(st.integers(1, 4)), draw(st.integers(1, 9))
    answered = torch.zeros(rows, width, dtype=torch.bool)
    for row in range(rows):
        start = draw(st.integers(0, width - 1))
        answered[row, start : draw(st.integers(start + 1, width))] = True
    made = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
    rewards, values = torch.randn(2, rows, width, generator=made, dtype=torch.float64)
    return rewards * answered, values, answered


@given(answers(), st.sampled_from([0.0, 0.5, 0.9, 1.0]), st.sampled_from([0.0, 0.3, 0.95, 1.0]))
def test_it_is_the_sum_of_the_paper(
    case: tuple[torch.Tensor, torch.Tensor, torch.Tensor], discount: float, trace: float
) -> None:
    rewards, values, answered = case
    found = estimated(rewards, values, answered, discount=discount, trace=trace)
    for row in range(len(rewards)):
        places = answered[row].nonzero()[:, 0].tolist()
        # Equation 16, term by term: the sum over l of (gamma lambda)^l times the surprise l tokens later.
        surprise = {
            t: rewards[row, t] + (discount * values[row, t + 1] if t + 1 in places else 0) - values[row, t]
            for t in places
        }
        for t in places:
            wanted = sum((discount * trace) ** (later - t) * surprise[later] for later in places if later >= t)
            assert float(found[row, t]) == pytest.approx(float(wanted), abs=1e-9)
    assert not found[~answered].any()


@given(answers())
def test_with_lambda_one_advantages_and_values_make_what_came(
    case: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    rewards, values, answered = case
    found = estimated(rewards, values, answered, discount=1.0, trace=1.0) + values * answered
    for row in range(len(rewards)):
        for t in answered[row].nonzero()[:, 0].tolist():
            assert float(found[row, t]) == pytest.approx(float(rewards[row, t:].sum()), abs=1e-9)


def test_whitening_counts_nothing_but_answers() -> None:
    values = torch.tensor([[1.0, 3.0, 100.0], [5.0, 7.0, 0.0]])
    counted = torch.tensor([[True, True, False], [True, True, False]])
    found = whitened(values, counted)
    assert float(found[counted].mean()) == pytest.approx(0, abs=1e-6)
    assert float(found[counted].std(correction=0)) == pytest.approx(1, abs=1e-6)
    assert not found[~counted].any()
    assert float(whitened(values, counted, centred=False)[counted].mean()) == pytest.approx(4)
    assert not whitened(torch.ones(2, 2), torch.ones(2, 2, dtype=torch.bool)).any()
    assert not whitened(values, torch.zeros_like(counted)).any()
