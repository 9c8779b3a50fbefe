"""Rewards of an answer's tokens and the advantages made of them; it knows no model and no reward model."""

from __future__ import annotations

import torch

_LEAST = 1e-8


def token_rewards(
    scores: torch.Tensor, logs: torch.Tensor, reference: torch.Tensor, answered: torch.Tensor, coefficient: float
) -> torch.Tensor:
    """Return the reward of every token, shape (answers, tokens), 0 outside the answers.

    Each token pays for leaving the reference, and the last one earns the score of the answer (Ziegler et al. 2019,
    Fine-Tuning Language Models from Human Preferences, equation 2; Ouyang et al. 2022, appendix C.4).

    Args:
        scores: of the answers, shape (answers,).
        logs: log-likelihood of each token when it was sampled, shape (answers, tokens).
        reference: the same by the reference.
        answered: which tokens belong to the answer, without gaps, shape (answers, tokens).
        coefficient: of the KL penalty, beta.
    """
    rewards = -coefficient * (logs - reference) * answered
    return rewards + scores[:, None] * _last(answered)


def estimated(
    rewards: torch.Tensor, values: torch.Tensor, answered: torch.Tensor, *, discount: float, trace: float
) -> torch.Tensor:
    """Return the generalised advantage of every token, shape (answers, tokens), 0 outside the answers.

    Schulman et al. 2016, High-Dimensional Continuous Control Using Generalized Advantage Estimation, equation 16,
    summed from the end; an answer ends with its last token, behind which nothing is worth anything.

    Args:
        rewards: of the tokens.
        values: what was expected before each token.
        answered: which tokens belong to the answer, without gaps.
        discount: gamma.
        trace: lambda.
    """
    kept = answered.to(values.dtype)
    values = values * kept
    found = torch.zeros_like(values)
    running = torch.zeros_like(values[:, 0])
    after = torch.zeros_like(running)
    for place in range(values.shape[1] - 1, -1, -1):
        surprise = rewards[:, place] + discount * after - values[:, place]
        running = (surprise + discount * trace * running) * kept[:, place]
        after = values[:, place]
        found[:, place] = running
    return found


def whitened(values: torch.Tensor, counted: torch.Tensor, *, centred: bool = True) -> torch.Tensor:
    """Return ``values`` with a deviation of 1 over what is ``counted``, and a mean of 0 unless not ``centred``.

    What is not counted becomes 0. A single value, or equal ones, carry no spread and are only centred.
    """
    chosen = values[counted]
    if not len(chosen):
        return torch.zeros_like(values)
    mean, deviation = chosen.mean(), chosen.std(correction=0)
    scaled = (values - mean) / (deviation + _LEAST)
    return (scaled if centred else scaled + mean) * counted


def _last(answered: torch.Tensor) -> torch.Tensor:
    """Return 1 at the last token of each answer, shape (answers, tokens)."""
    beyond = torch.nn.functional.pad(answered[:, 1:], (0, 1))
    return (answered & ~beyond).to(torch.float32)
