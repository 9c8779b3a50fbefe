"""The choice of one token: who can be chosen, how often, and what the penalties do."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from desktop.engine.generate.sampling import Sampling, next_token

LOGITS = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05]))


def draws(sampling: Sampling, seen: list[int] | None = None, count: int = 3000) -> list[float]:
    chance = torch.Generator().manual_seed(sampling.seed)
    chosen = [next_token(LOGITS, seen or [], sampling, chance)[0] for _ in range(count)]
    return [chosen.count(token) / count for token in range(4)]


def test_at_temperature_one_tokens_come_as_often_as_the_model_says() -> None:
    assert draws(Sampling(temperature=1.0, top_p=1.0)) == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)


def test_temperature_sharpens_and_flattens() -> None:
    cold, hot = Sampling(temperature=0.5, top_p=1.0), Sampling(temperature=2.0, top_p=1.0)
    assert draws(cold)[0] == pytest.approx(0.25 / (0.25 + 0.09 + 0.0225 + 0.0025), abs=0.03)
    assert draws(hot)[0] < 0.4


@pytest.mark.parametrize(("top_p", "left"), [(0.4, 1), (0.5, 1), (0.51, 2), (0.8, 2), (0.81, 3), (1.0, 4)])
def test_top_p_keeps_the_fewest_tokens_that_reach_it(top_p: float, left: int) -> None:
    frequencies = draws(Sampling(temperature=1.0, top_p=top_p))
    assert sum(frequency > 0 for frequency in frequencies) == left


def test_the_penalty_makes_a_seen_token_less_likely_whatever_its_sign() -> None:
    positive = torch.tensor([2.0, 1.9, -1.0])
    negative = torch.tensor([-1.0, -1.1, -5.0])
    chance = torch.Generator()
    sampling = Sampling(temperature=0, repetition_penalty=1.5)
    assert next_token(positive, [], sampling, chance)[0] == 0
    assert next_token(positive, [0], sampling, chance)[0] == 1
    assert next_token(negative, [0], sampling, chance)[0] == 1


@given(
    st.lists(st.floats(-30, 30), min_size=1, max_size=20),
    st.floats(0, 2),
    st.floats(0.01, 1),
    st.integers(0, 2**31 - 1),
)
@settings(deadline=None)
def test_any_settings_choose_a_token_that_exists_with_its_true_likelihood(
    logits: list[float], temperature: float, top_p: float, seed: int
) -> None:
    chance = torch.Generator().manual_seed(seed)
    chosen, logprob = next_token(
        torch.tensor(logits), [0], Sampling(temperature=temperature, top_p=top_p, seed=seed), chance
    )
    assert 0 <= chosen < len(logits)
    assert logprob == pytest.approx(logits[chosen] - math.log(sum(math.exp(x) for x in logits)), abs=1e-3)


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 0}, {"max_tokens": 0}, {"warmth": 1}])
def test_settings_out_of_bounds_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Sampling(**wrong)  # type: ignore[arg-type]
