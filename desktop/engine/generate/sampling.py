"""How the next token is chosen: the settings of a chat and the one step that applies them; it knows no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

_COLDEST = 1e-4  # colder than this, dividing by it only overflows: the most likely token is chosen anyway


class Sampling(Options):
    """Settings of one answer, the same for every contender of a comparison."""

    temperature: float = option(
        0.3,
        label="Temperature",
        help="At 0 the answer is the most likely one, always the same; higher is more varied.",
        ge=0.0,
        le=2.0,
        typical="0 to 1",
    )
    top_p: float = option(
        0.95,
        label="Top-p",
        help="Only the most likely words that together reach this share are considered.",
        ge=0.01,
        le=1.0,
        typical="0.9 to 1",
    )
    max_tokens: int = option(
        256,
        label="Longest answer",
        help="An answer that has not ended by itself is cut here.",
        ge=1,
        le=8192,
        typical="100 to 500",
        unit="tokens",
    )
    repetition_penalty: float = option(
        1.0,
        label="Repetition penalty",
        help="Above 1, words already said become less likely.",
        ge=1.0,
        le=2.0,
        typical="1 to 1.2",
    )
    seed: int = option(42, label="Seed", help="Same seed, same settings, same answer.", ge=0, le=2**31 - 1)


def next_token(
    logits: torch.Tensor, seen: Sequence[int], sampling: Sampling, generator: torch.Generator
) -> tuple[int, float]:
    """Choose the next token.

    Args:
        logits: what the model says, one number a token of the vocabulary.
        seen: the conversation so far, prompt included: what the repetition penalty looks at.
        sampling: the settings.
        generator: the contender's own source of chance; greedy choices leave it alone.

    Returns:
        The token, and its log-probability in the model itself: before penalty, temperature and top-p.
    """
    import torch

    raw = logits.float()
    scores = _penalised(raw, seen, sampling.repetition_penalty)
    if sampling.temperature < _COLDEST:
        chosen = int(torch.argmax(scores))
    else:
        probabilities = _nucleus(torch.softmax(scores / sampling.temperature, dim=-1), sampling.top_p)
        chosen = int(torch.multinomial(probabilities, 1, generator=generator))
    return chosen, float(raw[chosen] - torch.logsumexp(raw, dim=-1))


def _penalised(scores: torch.Tensor, seen: Sequence[int], penalty: float) -> torch.Tensor:
    """Move the scores of tokens already seen towards less likely, as transformers' processor of the same name does."""
    import torch

    if penalty == 1.0 or not seen:
        return scores
    index = torch.tensor(sorted(set(seen)), device=scores.device)
    found = scores[index]
    scores = scores.clone()
    scores[index] = torch.where(found < 0, found * penalty, found / penalty)
    return scores


def _nucleus(probabilities: torch.Tensor, top_p: float) -> torch.Tensor:
    """Keep the most likely tokens that together reach ``top_p``; the one that crosses the line stays."""
    import torch

    if top_p >= 1.0:
        return probabilities
    ordered, index = torch.sort(probabilities, descending=True, stable=True)
    before = torch.cumsum(ordered, dim=-1) - ordered  # (vocabulary,) share of all that is more likely
    ordered[before >= top_p] = 0.0
    return torch.zeros_like(probabilities).scatter_(0, index, ordered)
