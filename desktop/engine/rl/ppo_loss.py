"""The clipped losses of proximal policy optimisation; it knows no model."""

from __future__ import annotations

from typing import NamedTuple

import torch


class PpoLoss(NamedTuple):
    """What each token costs, all of shape (answers, tokens), 0 outside the answers.

    Attributes:
        policy: of the token that was chosen.
        value: of what was expected before it.
        clipped: 1 where clipping took the policy's gradient away.
        moved: an estimate of the KL divergence of the model now from the one that answered.
    """

    policy: torch.Tensor
    value: torch.Tensor
    clipped: torch.Tensor
    moved: torch.Tensor


def token_loss(
    logs: torch.Tensor,
    old: torch.Tensor,
    advantage: torch.Tensor,
    values: torch.Tensor,
    old_values: torch.Tensor,
    returns: torch.Tensor,
    answered: torch.Tensor,
    *,
    clip: float,
    value_clip: float,
) -> PpoLoss:
    """Return the losses of every token, before any mean is taken; every argument has the shape (answers, tokens).

    Schulman et al. 2017, Proximal Policy Optimization Algorithms, equation 7 for the policy; the value is held within
    ``value_clip`` of what it was in the same way, half the squared error, the larger of both (their implementation,
    OpenAI Baselines).

    Args:
        logs: log-likelihood of each token now.
        old: the same when the answers were sampled.
        advantage: of each token.
        values: what is expected before each token now.
        old_values: the same when the answers were sampled.
        returns: what came of it.
        answered: which tokens count.
        clip: epsilon of the policy.
        value_clip: of the values.
    """
    counted = answered.to(logs.dtype)
    apart = logs - old
    ratio = apart.exp()
    policy = -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
    clipped = ((ratio < 1 - clip) & (advantage < 0)) | ((ratio > 1 + clip) & (advantage > 0))
    held = old_values + (values - old_values).clamp(-value_clip, value_clip)
    value = 0.5 * torch.maximum((values - returns) ** 2, (held - returns) ** 2)
    moved = ratio - 1 - apart
    return PpoLoss(policy * counted, value * counted, clipped * counted, moved.detach() * counted)


def explained(values: torch.Tensor, returns: torch.Tensor) -> float:
    """Return the share of the returns' variance that the values foresaw: 1 is all, 0 is none."""
    variance = float(returns.var(correction=0))
    return 1 - float((returns - values).var(correction=0)) / variance if variance > 0 else 0.0
