"""Pairs of answers to the same prompt, for somebody to judge; it knows neither how they are shown nor kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desktop.engine.data.rows import Message
from desktop.engine.generate.compare import Answer, Piece, compare
from desktop.engine.generate.contenders import Contenders
from desktop.engine.generate.sampling import Sampling

_TRIES = 6
_WARMER = 0.2  # a try; a model sure of its answer gives the same one at any seed otherwise
_HOTTEST = 1.6


@dataclass(frozen=True)
class Source:
    """Where one answer of a pair came from: enough to make it again."""

    contender: str
    seed: int
    temperature: float
    top_p: float
    weights: str
    adapters: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two different answers to one prompt.

    Attributes:
        index: place of the prompt in the list asked for.
        prompt: the conversation both answer.
        a: the first answer.
        b: the second answer.
        sources: where ``a`` and ``b`` came from.
        tokens: how long ``a`` and ``b`` are.
    """

    index: int
    prompt: list[Message]
    a: str
    b: str
    sources: dict[str, Source]
    tokens: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def make_pairs(
    contenders: Contenders,
    prompts: Sequence[list[Message]],
    sampling: Sampling,
    *,
    names: tuple[str, str],
    wanted: Callable[[], bool] = lambda: True,
) -> Iterator[Pair]:
    """Yield one pair a prompt, as soon as it is made.

    Every answer has a seed of its own, derived from the sampling's. Where both come out the same they are drawn again
    a few times, each a little warmer; a prompt that still has one answer only gives no pair: there is nothing to judge.
    """
    for index, prompt in enumerate(prompts):
        for attempt in range(_TRIES):
            if not wanted():
                return
            seed = sampling.seed + 2 * (index * _TRIES + attempt)
            warmth = max(sampling.temperature, min(_HOTTEST, sampling.temperature + _WARMER * attempt))
            settings = {"temperature": warmth if sampling.temperature else 0.0}
            drawn = [sampling.model_copy(update={**settings, "seed": (seed + side) % 2**31}) for side in range(2)]
            answers = [_answer(contenders, name, prompt, draw, wanted) for name, draw in zip(names, drawn, strict=True)]
            if any(answer.ending == "stopped" for answer in answers):
                return
            if answers[0].text != answers[1].text and all(answer.text for answer in answers):
                yield Pair(
                    index=index,
                    prompt=prompt,
                    a=answers[0].text,
                    b=answers[1].text,
                    sources={
                        side: _source(contenders, name, draw)
                        for side, name, draw in zip("ab", names, drawn, strict=True)
                    },
                    tokens={side: answer.tokens for side, answer in zip("ab", answers, strict=True)},
                )
                break


def _answer(
    contenders: Contenders, name: str, prompt: list[Message], sampling: Sampling, wanted: Callable[[], bool]
) -> Answer:
    spoken = [
        item
        for item in compare(contenders, {name: prompt}, sampling, wanted, differences=False)
        if not isinstance(item, Piece)
    ]
    return spoken[0]


def _source(contenders: Contenders, name: str, sampling: Sampling) -> Source:
    proof = contenders.get(name).proof
    return Source(name, sampling.seed, sampling.temperature, sampling.top_p, proof.weights, proof.adapters)
