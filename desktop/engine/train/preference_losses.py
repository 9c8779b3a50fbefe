"""The losses of the preference objectives, from log-likelihoods alone; it knows no model, no trainer and no rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import torch
from torch.nn.functional import logsigmoid

Figures: TypeAlias = dict[str, tuple[float, int]]
"""Name -> (sum over the rows it is about, how many those are): added up, they give means that no batch size moves."""


class PairLikelihoods(NamedTuple):
    """What a model thinks of pairs of answers; each field a tensor of shape (pairs,).

    Attributes:
        chosen: log-likelihood of the better answer, in nats, summed over its tokens.
        rejected: of the worse one.
        chosen_tokens: tokens of the better answer.
        rejected_tokens: of the worse one.
        reference_chosen: what the model thought of the better answer before it learned; 0 where that is not asked.
        reference_rejected: of the worse one.
    """

    chosen: torch.Tensor
    rejected: torch.Tensor
    chosen_tokens: torch.Tensor
    rejected_tokens: torch.Tensor
    reference_chosen: torch.Tensor
    reference_rejected: torch.Tensor


class ThumbLikelihoods(NamedTuple):
    """What a model thinks of single answers; each field a tensor of shape (rows,).

    Attributes:
        answer: log-likelihood of the answer, in nats, summed over its tokens.
        tokens: tokens of the answer.
        reference: what the model thought of it before it learned.
        wanted: 1 for a thumb up, 0 for a thumb down.
        drift: by how much an answer to another question became likelier here; their mean estimates the KL divergence.
    """

    answer: torch.Tensor
    tokens: torch.Tensor
    reference: torch.Tensor
    wanted: torch.Tensor
    drift: torch.Tensor


@dataclass(frozen=True)
class Judged:
    """What a loss makes of them.

    Attributes:
        losses: one a row, shape (rows,), with gradient.
        figures: the figures beside it.
    """

    losses: torch.Tensor
    figures: Figures


def dpo(
    pairs: PairLikelihoods, kind: Literal["sigmoid", "ipo", "hinge"], beta: float, imitation: float = 0.0
) -> Judged:
    """Return the loss of direct preference optimisation, with ``imitation`` times the loss of the better answer.

    sigmoid: Rafailov et al. 2023, equation 7. ipo: Azar et al. 2023, equation 17, with beta for their tau. hinge: Zhao
    et al. 2023 (SLiC-HF), equation 1, on the rewards. imitation: Pang et al. 2024, equation 1, a token's mean.
    """
    chosen = pairs.chosen - pairs.reference_chosen
    rejected = pairs.rejected - pairs.reference_rejected
    apart = chosen - rejected
    if kind == "sigmoid":
        losses = -logsigmoid(beta * apart)
    elif kind == "ipo":
        losses = (apart - 1 / (2 * beta)) ** 2
    else:
        losses = torch.relu(1 - beta * apart)
    return _judged(pairs, losses + imitation * _imitated(pairs), beta * chosen, beta * rejected)


def simpo(pairs: PairLikelihoods, beta: float, gamma: float, imitation: float = 0.0) -> Judged:
    """Return the loss of simple preference optimisation (Meng et al. 2024, equation 6), and imitation beside it."""
    chosen = beta * pairs.chosen / pairs.chosen_tokens
    rejected = beta * pairs.rejected / pairs.rejected_tokens
    losses = -logsigmoid(chosen - rejected - gamma)
    return _judged(pairs, losses + imitation * _imitated(pairs), chosen, rejected)


def orpo(pairs: PairLikelihoods, weight: float) -> Judged:
    """Return the loss of odds-ratio preference optimisation (Hong et al. 2024, equations 3 to 7).

    The likelihood of an answer is its tokens' geometric mean, ``weight`` is their lambda; rewards are log odds.
    """
    chosen, rejected = (
        _log_odds(pairs.chosen / pairs.chosen_tokens),
        _log_odds(pairs.rejected / pairs.rejected_tokens),
    )
    losses = _imitated(pairs) - weight * logsigmoid(chosen - rejected)
    return _judged(pairs, losses, chosen, rejected)


def kto(
    thumbs: ThumbLikelihoods, beta: float, wanted_weight: float, unwanted_weight: float, imitation: float = 0.0
) -> Judged:
    """Return the loss of Kahneman-Tversky optimisation (Ethayarajh et al. 2024, section 4, equation 8).

    The weights are their lambdas. A constant lambda a row is left out, as it moves nothing: the loss is
    ``lambda (1 - sigmoid(...))``. What the model drifted from its start, z0, carries no gradient and is never below 0.
    ``imitation`` adds the loss of the wanted answers, a token's mean, as in DPO.
    """
    ratio = thumbs.answer - thumbs.reference
    drift = thumbs.drift.detach().mean().clamp(min=0)
    up = thumbs.wanted > 0.5
    losses = torch.where(
        up,
        wanted_weight * (1 - torch.sigmoid(beta * (ratio - drift))),
        unwanted_weight * (1 - torch.sigmoid(beta * (drift - ratio))),
    )
    losses = losses + imitation * torch.where(up, -thumbs.answer / thumbs.tokens, 0.0)
    rewards = (beta * ratio).detach()
    told = torch.where(up, rewards > 0, rewards < 0)
    figures = {
        "thumb_accuracy": _sum(told),
        "chosen_reward": _sum(rewards[up]),
        "rejected_reward": _sum(rewards[~up]),
        "chosen_log_likelihood": _sum((thumbs.answer / thumbs.tokens)[up]),
        "rejected_log_likelihood": _sum((thumbs.answer / thumbs.tokens)[~up]),
        "kl": (float(drift) * len(rewards), len(rewards)),
    }
    return Judged(losses, figures)


def added(one: Figures, other: Figures) -> Figures:
    """Return the figures of both sets of rows together."""
    return {
        name: (one.get(name, (0.0, 0))[0] + total, one.get(name, (0.0, 0))[1] + n) for name, (total, n) in other.items()
    }


def means(figures: Figures) -> dict[str, float]:
    """Return name -> mean, and the margin between the rewards of both kinds of answers; no figure about no rows."""
    found = {name: total / count for name, (total, count) in figures.items() if count}
    if {"chosen_reward", "rejected_reward"} <= found.keys():
        found["margin"] = found["chosen_reward"] - found["rejected_reward"]
    return found


def _judged(pairs: PairLikelihoods, losses: torch.Tensor, chosen: torch.Tensor, rejected: torch.Tensor) -> Judged:
    figures = {
        "pair_accuracy": _sum(chosen > rejected),
        "chosen_reward": _sum(chosen),
        "rejected_reward": _sum(rejected),
        "chosen_log_likelihood": _sum(pairs.chosen / pairs.chosen_tokens),
        "rejected_log_likelihood": _sum(pairs.rejected / pairs.rejected_tokens),
    }
    return Judged(losses, figures)


def _imitated(pairs: PairLikelihoods) -> torch.Tensor:
    return -pairs.chosen / pairs.chosen_tokens


def _log_odds(mean: torch.Tensor) -> torch.Tensor:
    """Return log(p / (1 - p)) of p = exp(``mean``), finite even where p rounds to 1."""
    mean = mean.clamp(max=math.log1p(-torch.finfo(mean.dtype).eps))
    return mean - torch.log(-torch.expm1(mean))


def _sum(values: torch.Tensor) -> tuple[float, int]:
    return float(values.detach().float().sum()), len(values)
