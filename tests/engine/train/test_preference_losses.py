"""The preference losses are those of the papers: hand-worked numbers, and the library's own where it has them."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.train.preference_losses import (
    PairLikelihoods,
    ThumbLikelihoods,
    added,
    dpo,
    kto,
    means,
    orpo,
    simpo,
)


def pairs(
    chosen: list[float],
    rejected: list[float],
    tokens: tuple[list[int], list[int]] | None = None,
    start: tuple[list[float], list[float]] | None = None,
) -> PairLikelihoods:
    zeros, ones = [0.0] * len(chosen), [1] * len(chosen)
    return PairLikelihoods(
        *(torch.tensor(x) for x in (chosen, rejected, *(tokens or (ones, ones)), *(start or (zeros, zeros))))
    )


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_dpo_by_hand() -> None:
    # The better answer gained 1 nat, the worse one lost 2: they are 3 further apart than at the start.
    seen = pairs([-4.0], [-9.0], ([2], [3]), ([-5.0], [-7.0]))
    assert float(dpo(seen, "sigmoid", 0.5).losses) == pytest.approx(softplus(-1.5))
    assert float(dpo(seen, "ipo", 0.25).losses) == pytest.approx((3 - 2) ** 2)
    assert float(dpo(seen, "hinge", 0.25).losses) == pytest.approx(0.25)
    assert float(dpo(seen, "hinge", 0.5).losses) == 0
    assert float(dpo(seen, "sigmoid", 0.5, imitation=2.0).losses) == pytest.approx(softplus(-1.5) + 2 * 2)
    assert means(dpo(seen, "sigmoid", 0.5).figures) == pytest.approx(
        {
            "pair_accuracy": 1, "chosen_reward": 0.5, "rejected_reward": -1, "margin": 1.5,
            "chosen_log_likelihood": -2, "rejected_log_likelihood": -3,
        }
    )  # fmt: skip


def test_simpo_by_hand() -> None:
    seen = pairs([-4.0], [-9.0], ([2], [3]))  # -2 and -3 nats a token
    assert float(simpo(seen, 2.0, 0.5).losses) == pytest.approx(softplus(-(2 * 1 - 0.5)))
    assert float(simpo(seen, 2.0, 0.5, imitation=1.0).losses) == pytest.approx(softplus(-1.5) + 2)


def test_orpo_by_hand() -> None:
    seen = pairs([2 * math.log(0.5)], [3 * math.log(0.2)], ([2], [3]))  # odds of 1 and of 1 to 4
    assert float(orpo(seen, 0.5).losses) == pytest.approx(-math.log(0.5) - 0.5 * math.log(0.8))
    assert means(orpo(seen, 0.5).figures)["margin"] == pytest.approx(math.log(4))


def test_orpo_bears_a_certain_answer() -> None:
    seen = pairs([0.0], [-1.0])
    assert math.isfinite(float(orpo(seen, 1.0).losses))


def test_kto_by_hand() -> None:
    seen = ThumbLikelihoods(
        torch.tensor([-3.0, -8.0]), torch.tensor([1, 2]), torch.tensor([-5.0, -7.0]), torch.tensor([1.0, 0.0]),
        torch.tensor([2.0, 0.0]),
    )  # fmt: skip
    # z0 = 1. Wanted: sigmoid(0.5 (2 - 1)). Unwanted: sigmoid(0.5 (1 - (-1))), weighted by 2.
    first, second = 1 - 1 / (1 + math.exp(-0.5)), 2 * (1 - 1 / (1 + math.exp(-1)))
    judged = kto(seen, 0.5, 1.0, 2.0)
    assert judged.losses.tolist() == pytest.approx([first, second])
    assert kto(seen, 0.5, 1.0, 2.0, imitation=1.0).losses.tolist() == pytest.approx([first + 3, second])
    found = means(judged.figures)
    assert (found["thumb_accuracy"], found["kl"], found["margin"]) == pytest.approx((1.0, 1.0, 1.5))


def test_the_drift_is_never_below_nothing_and_has_no_gradient() -> None:
    answer = torch.tensor([-3.0], requires_grad=True)
    drift = torch.tensor([-4.0], requires_grad=True)
    seen = ThumbLikelihoods(answer, torch.tensor([1]), torch.tensor([-3.0]), torch.tensor([1.0]), drift)
    judged = kto(seen, 0.1, 1.0, 1.0)
    judged.losses.sum().backward()
    assert float(judged.losses.detach()) == pytest.approx(0.5)
    assert drift.grad is None
    assert float(answer.grad) == pytest.approx(-0.1 * 0.25)  # type: ignore[arg-type]


negative = st.floats(-20, -0.0625, width=32)
some = st.integers(1, 6).flatmap(
    lambda n: st.tuples(*(st.lists(kind, min_size=n, max_size=n) for kind in (negative, negative, st.integers(1, 9))))
)


@pytest.mark.filterwarnings("ignore:You are importing from .trl.experimental")
@given(some)
def test_simpo_and_orpo_are_the_librarys(values: tuple[list[float], list[float], list[int]]) -> None:
    from trl.experimental.cpo import CPOTrainer
    from trl.experimental.orpo import ORPOTrainer

    chosen, rejected, tokens = values
    seen = pairs(
        [c * n for c, n in zip(chosen, tokens, strict=True)],
        [r * n for r, n in zip(rejected, tokens, strict=True)],
        (tokens, tokens),
    )
    logs: Any = torch.tensor(chosen), torch.tensor(rejected)
    cpo = SimpleNamespace(
        alpha=0.0, beta=2.0, simpo_gamma=0.5, loss_type="simpo", label_smoothing=0.0,
        accelerator=SimpleNamespace(device="cpu"),
    )  # fmt: skip
    theirs, better, worse = CPOTrainer.cpo_loss(cpo, *logs)  # type: ignore[arg-type]
    ours = simpo(seen, 2.0, 0.5)
    torch.testing.assert_close(ours.losses, theirs, rtol=1e-4, atol=1e-5)
    assert ours.figures["chosen_reward"][0] == pytest.approx(float(better.sum()), rel=1e-4)
    assert ours.figures["rejected_reward"][0] == pytest.approx(float(worse.sum()), rel=1e-4)
    odds = SimpleNamespace(beta=0.3, accelerator=SimpleNamespace(device="cpu"))
    gains = ORPOTrainer.odds_ratio_loss(odds, *logs)[0]  # type: ignore[arg-type]
    torch.testing.assert_close(orpo(seen, 0.3).losses, -torch.tensor(chosen) - gains, rtol=1e-3, atol=1e-4)


@given(some, st.integers(0, 6))
def test_figures_add_up(values: tuple[list[float], list[float], list[int]], cut: int) -> None:
    chosen, rejected, tokens = values
    whole = pairs(chosen, rejected, (tokens, tokens))
    parts = [PairLikelihoods(*(column[part] for column in whole)) for part in (slice(0, cut), slice(cut, None))]
    together = added(added({}, simpo(parts[0], 2.0, 0.5).figures), simpo(parts[1], 2.0, 0.5).figures)
    assert means(together) == pytest.approx(means(simpo(whole, 2.0, 0.5).figures), rel=1e-4, abs=1e-5)
