"""One answer as a plain generator of tokens: stopping means no longer asking; it knows neither windows nor pairs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal

from desktop.engine.data.rendering.render import render_prompt
from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.generate.contenders import Contender
from desktop.engine.generate.sampling import Sampling, next_token
from desktop.engine.generate.text import TextPieces

Ending = Literal["end", "length", "stopped"]


@dataclass(frozen=True)
class Token:
    """One token of an answer.

    Attributes:
        id: in the vocabulary.
        text: what became readable with it; empty where a character needs more tokens.
        logprob: how likely the model itself finds it, before temperature and penalties.
    """

    id: int
    text: str
    logprob: float


@dataclass(frozen=True)
class Spoken:
    """How an answer ended.

    Attributes:
        ending: by itself (``end``), cut at the longest answer (``length``) or stopped by the user.
        rest: text that was still held back for want of a whole character.
    """

    ending: Ending
    rest: str


def stream(
    contender: Contender, prompt: list[int], sampling: Sampling, wanted: Callable[[], bool] = lambda: True
) -> Generator[Token, None, Spoken]:
    """Yield the answer to ``prompt`` token by token; ``wanted`` is asked before each."""
    import torch

    chance = torch.Generator(device=contender.loaded.device).manual_seed(sampling.seed)
    pieces = TextPieces(contender.loaded.tokenizer)
    seen, fresh, cache = list(prompt), list(prompt), None
    for _ in range(min(sampling.max_tokens, room(contender, prompt))):
        if not wanted():
            return Spoken("stopped", pieces.rest())
        logits, cache = contender.forward(fresh, cache)
        chosen, logprob = next_token(logits[-1], seen, sampling, chance)
        if chosen in contender.ends:
            return Spoken("end", pieces.rest())
        seen.append(chosen)
        fresh = [chosen] if cache is not None else seen
        yield Token(chosen, pieces.add(chosen), logprob)
    return Spoken("length", pieces.rest())


def prompt_tokens(contender: Contender, messages: list[Message]) -> list[int]:
    """Return the tokens of a conversation that waits for an answer; raise where none would fit behind it."""
    prompt = render_prompt(messages, contender.loaded.tokenizer)
    if room(contender, prompt) < 1:
        raise RequestError(
            "conversation_too_long",
            f"The conversation has {len(prompt)} tokens, and {contender.title} reads at most {contender.context}.",
            "Start a new chat, or ask something shorter.",
        )
    return prompt


def room(contender: Contender, prompt: list[int]) -> int:
    """Return how many tokens fit behind ``prompt``."""
    return 2**31 if contender.context is None else contender.context - len(prompt)


def likelihoods(contender: Contender, prompt: list[int], answer: list[int]) -> list[float]:
    """Return how likely ``contender`` finds each token of an answer, in one forward over all of it."""
    import torch

    if not answer:
        return []
    logits, _ = contender.forward(prompt + answer)
    rows = logits[len(prompt) - 1 : -1].float()  # (answer, vocabulary)
    chosen = torch.tensor(answer, device=rows.device)[:, None]
    return (rows.gather(1, chosen)[:, 0] - torch.logsumexp(rows, dim=-1)).tolist()
