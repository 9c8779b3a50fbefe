"""The loss of GRPO against numbers worked out by hand and against the library's own, gradients included."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from desktop.engine.rl.grpo_loss import Kind, Whole, advantages, summed, token_loss


def test_advantages_by_hand() -> None:
    rewards = torch.tensor([[1.0, 0.0, 1.0, 0.0], [5.0, 5.0, 5.0, 5.0]])
    plain = advantages(rewards, scaled=False)
    assert plain.tolist() == [[0.5, -0.5, 0.5, -0.5], [0, 0, 0, 0]]
    spread = math.sqrt(4 * 0.25 / 3) + 1e-4
    assert advantages(rewards)[0].tolist() == pytest.approx([0.5 / spread, -0.5 / spread] * 2)
    assert advantages(rewards)[1].tolist() == [0, 0, 0, 0]


def test_clipping_and_kl_by_hand() -> None:
    # Twice as likely as before: a better answer gains no more than 1.2, a worse one loses the whole 2.
    logs = torch.tensor([[math.log(0.4)], [math.log(0.4)]], requires_grad=True)
    old = torch.full((2, 1), math.log(0.2))
    reference = torch.full((2, 1), math.log(0.1))
    answered = torch.ones(2, 1, dtype=torch.bool)
    better = torch.tensor([1.0, -1.0])
    found = token_loss(logs, old, reference, better, answered, clip=0.2, beta=0.5)
    kl = 0.25 - math.log(0.25) - 1
    assert found.kl[:, 0].tolist() == pytest.approx([kl, kl])
    assert found.loss[:, 0].tolist() == pytest.approx([-1.2 + 0.5 * kl, 2 + 0.5 * kl])
    assert found.clipped[:, 0].tolist() == [1, 0]
    found.loss.sum().backward()  # type: ignore[no-untyped-call]
    assert logs.grad is not None
    # d kl / d log p = 1 - r / p; the clipped one moves by nothing else.
    assert logs.grad[:, 0].tolist() == pytest.approx([0.5 * 0.75, 2 + 0.5 * 0.75])


def test_the_three_means_by_hand() -> None:
    tokens = torch.tensor([[1.0, 1.0, 1.0, 1.0], [2.0, 0.0, 0.0, 0.0]])
    answered = torch.tensor([[True] * 4, [True, False, False, False]])
    whole = Whole(2, 5, 8)
    assert float(summed(tokens, answered, "grpo", whole)) == pytest.approx((1 + 2) / 2)
    assert float(summed(tokens, answered, "dapo", whole)) == pytest.approx(6 / 5)
    assert float(summed(tokens, answered, "dr_grpo", whole)) == pytest.approx(6 / 16)


@pytest.mark.parametrize("kind", ["grpo", "dapo", "dr_grpo"])
@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_loss_and_gradient_are_the_librarys(kind: Kind, beta: float) -> None:
    from trl import GRPOTrainer

    torch.manual_seed(3)
    answers, longest, prompt = 4, 6, 2
    start = torch.randn(answers, longest) - 2
    old, reference = start + 0.4 * torch.randn(answers, longest), start + 0.3 * torch.randn(answers, longest)
    lengths = torch.tensor([6, 3, 1, 4])
    answered = torch.arange(longest)[None] < lengths[:, None]
    better = torch.randn(answers)

    theirs = start.clone().requires_grad_()

    class Metrics(dict[str, list[float]]):
        def __missing__(self, key: str) -> list[float]:
            return self.setdefault(key, [])

    def told(*_: Any, **__: Any) -> Any:
        return theirs, torch.zeros_like(theirs), None

    trainer = SimpleNamespace(
        _get_per_token_logps_and_entropies=told, aux_loss_enabled=False, top_entropy_quantile=1.0,
        off_policy_mask_threshold=None, importance_sampling_level="token", beta=beta, loss_type=kind,
        epsilon_low=0.2, epsilon_high=0.2, use_vllm=False, model=SimpleNamespace(training=True),
        current_gradient_accumulation_steps=1, max_completion_length=8, _entropy_bonus_enabled=False,
        args=SimpleNamespace(use_bias_correction_kl=False, delta=None, steps_per_generation=1),
        _metrics={"train": Metrics()},
        accelerator=SimpleNamespace(num_processes=1, reduce=lambda x, reduction: x, gather=lambda x: x),
    )  # fmt: skip
    inputs = {
        "prompt_ids": torch.ones(answers, prompt, dtype=torch.long), "prompt_mask": torch.ones(answers, prompt),
        "completion_ids": torch.ones(answers, longest, dtype=torch.long), "completion_mask": answered.float(),
        "advantages": better, "old_per_token_logps": old, "ref_per_token_logps": reference,
        "num_items_in_batch": lengths.sum(),
    }  # fmt: skip
    expected = GRPOTrainer._compute_loss(trainer, None, inputs)
    expected.backward()

    ours = start.clone().requires_grad_()
    found = token_loss(ours, old, reference if beta else None, better, answered, clip=0.2, beta=beta)
    loss = summed(found.loss, answered, kind, Whole(answers, int(lengths.sum()), 8))
    loss.backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)
