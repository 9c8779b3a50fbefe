"""The loss of group relative policy optimisation, out of log-likelihoods and rewards alone; it knows no model."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import torch

Kind: TypeAlias = Literal["grpo", "dapo", "dr_grpo"]
_LEAST = 1e-4


class TokenLoss(NamedTuple):
    """What each token of the answers costs, all of shape (answers, tokens), 0 outside the answers.

    Attributes:
        loss: the clipped objective with its sign turned, KL included.
        kl: the estimate of how far the model is from its reference.
        clipped: 1 where clipping took the gradient away.
    """

    loss: torch.Tensor
    kl: torch.Tensor
    clipped: torch.Tensor


def advantages(rewards: torch.Tensor, *, scaled: bool = True) -> torch.Tensor:
    """Return how much better each answer is than the others to its question, both (questions, answers).

    Shao et al. 2024, DeepSeekMath, section 4.1.2: reward less the group's mean, divided by its standard deviation; Liu
    et al. 2025, Understanding R1-Zero-Like Training, section 3.2, leaves the division out (``scaled=False``). A group
    of equal rewards teaches nothing: 0.
    """
    centred = rewards - rewards.mean(1, keepdim=True)
    if not scaled:
        return centred
    return centred / (rewards.std(1, keepdim=True) + _LEAST)


def token_loss(
    logs: torch.Tensor,
    old: torch.Tensor,
    reference: torch.Tensor | None,
    advantage: torch.Tensor,
    answered: torch.Tensor,
    *,
    clip: float,
    beta: float,
) -> TokenLoss:
    """Return equation 3 of DeepSeekMath for each token, before any mean is taken.

    Args:
        logs: log-likelihood of each token now, (answers, tokens).
        old: the same when the answers were sampled.
        reference: the same by the model the training stays near; ``None`` where ``beta`` is 0.
        advantage: of each answer, (answers,).
        answered: which tokens count, (answers, tokens).
        clip: how far the ratio of now to then may move a token, epsilon.
        beta: weight of the KL divergence (equation 4: the unbiased estimator of Schulman 2020, never below 0).
    """
    ratio = (logs - old).exp()
    better = advantage[:, None]
    loss = -torch.minimum(ratio * better, ratio.clamp(1 - clip, 1 + clip) * better)
    clipped = ((ratio < 1 - clip) & (better < 0)) | ((ratio > 1 + clip) & (better > 0))
    kl = torch.zeros_like(logs)
    if reference is not None:
        apart = reference - logs
        kl = apart.exp() - apart - 1
        loss = loss + beta * kl
    counted = answered.to(logs.dtype)
    return TokenLoss(loss * counted, kl.detach() * counted, clipped * counted)


def summed(tokens: torch.Tensor, answered: torch.Tensor, kind: Kind, whole: Whole) -> torch.Tensor:
    """Return the share of the step's loss that these answers have; over all answers of a step they sum to its loss.

    ``grpo``: each answer's mean over its tokens, and the mean of these (equation 3). ``dapo``: the mean over all tokens
    (Yu et al. 2025, DAPO, section 3.3; the library's default). ``dr_grpo``: divided by the room for an answer, the same
    for all (Liu et al. 2025, section 3.2).
    """
    if kind == "grpo":
        return (tokens.sum(1) / answered.sum(1).clamp(min=1)).sum() / max(1, whole.answers)
    if kind == "dapo":
        return tokens.sum() / max(1, whole.tokens)
    return tokens.sum() / max(1, whole.answers * whole.room)


class Whole(NamedTuple):
    """What a step holds in all its batches.

    Attributes:
        answers: how many.
        tokens: of all answers together.
        room: tokens an answer may have.
    """

    answers: int
    tokens: int
    room: int
