"""One question to several contenders at once: their answers interleaved, timed, and compared token by token.

It knows neither processes nor windows: the chat operation, ``fettle chat`` and the evaluation are loops over it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from desktop.engine.data.rows import Message
from desktop.engine.generate.contenders import BASE, TUNED, Contender, Contenders
from desktop.engine.generate.sampling import Sampling
from desktop.engine.generate.stream import Ending, Spoken, Token, likelihoods, prompt_tokens, stream


@dataclass(frozen=True)
class Piece:
    """Some text of one contender's answer, as it comes."""

    contender: str
    text: str


@dataclass(frozen=True)
class Answer:
    """One whole answer.

    Attributes:
        contender: whose it is.
        text: the answer, white space at both ends left out.
        tokens: how many tokens it has.
        seconds: time its contender spent on it, the wait for others left out.
        first: part of that until the first token: reading the conversation.
        ending: by itself, cut at the longest answer, or stopped.
        pieces: text of each token; together they are the raw answer.
        differences: for each piece, how much more likely (in nats) the tuned model finds it than the base; empty
            where that cannot be said.
    """

    contender: str
    text: str
    tokens: int
    seconds: float
    first: float
    ending: Ending
    pieces: list[str] = field(default_factory=list)
    differences: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def compare(
    contenders: Contenders,
    conversations: Mapping[str, list[Message]],
    sampling: Sampling,
    wanted: Callable[[], bool] = lambda: True,
    *,
    differences: bool = True,
) -> Iterator[Piece | Answer]:
    """Let every contender named in ``conversations`` answer its own; yield pieces as they come, then the answers.

    They take turns token by token, so both columns of a screen fill at once although base and tuned share one set of
    weights. Each has its own source of chance from the same seed, so an answer does not depend on who else is asked.
    """
    at_work = [_Speaker(contenders.get(name), messages, sampling, wanted) for name, messages in conversations.items()]
    speaking = list(at_work)
    while speaking:
        for speaker in list(speaking):
            text = speaker.step()
            if speaker.spoken is not None:
                speaking.remove(speaker)
            if text:
                yield Piece(speaker.contender.name, text)
    compared = differences and contenders.comparable and wanted()
    for speaker in at_work:
        yield speaker.answer(contenders.members[BASE] if compared and speaker.contender.name == TUNED else None)


class _Speaker:
    """One contender at work on its answer."""

    def __init__(
        self, contender: Contender, messages: list[Message], sampling: Sampling, wanted: Callable[[], bool]
    ) -> None:
        self.contender = contender
        self.spoken: Spoken | None = None
        self._prompt = prompt_tokens(contender, messages)
        self._stream: Generator[Token, None, Spoken] = stream(contender, self._prompt, sampling, wanted)
        self._tokens: list[Token] = []
        self._seconds = 0.0
        self._first = 0.0

    def step(self) -> str:
        """Make one token; return the text that became readable, also at the end."""
        began = time.perf_counter()
        try:
            token = next(self._stream)
        except StopIteration as end:
            self.spoken = end.value
            self._count(began)
            return self.spoken.rest if self.spoken else ""
        self._count(began)
        self._tokens.append(token)
        return token.text

    def answer(self, base: Contender | None) -> Answer:
        """Return the whole; ``base`` is asked how likely it finds the tokens, where given."""
        pieces = [token.text for token in self._tokens]
        rest = self.spoken.rest if self.spoken else ""
        if rest and pieces:
            pieces[-1] += rest
        return Answer(
            contender=self.contender.name,
            text="".join(pieces).strip(),
            tokens=len(self._tokens),
            seconds=self._seconds,
            first=self._first,
            ending=self.spoken.ending if self.spoken else "stopped",
            pieces=pieces,
            differences=self._differences(base) if base is not None else [],
        )

    def _count(self, began: float) -> None:
        self._seconds += time.perf_counter() - began
        self._first = self._first or self._seconds

    def _differences(self, base: Contender) -> list[float]:
        found = likelihoods(base, self._prompt, [token.id for token in self._tokens])
        return [token.logprob - other for token, other in zip(self._tokens, found, strict=True)]
