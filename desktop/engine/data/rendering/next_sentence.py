"""Builds pairs for next-sentence prediction out of raw documents; it knows no tokenizer's spelling and no model."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

_SENTENCE = re.compile("\\S.*?(?:[.!?\u2026][\"'\u201d\u2019)\\]]*(?=\\s|$)|[\u3002\uff01\uff1f]|(?=\n)|$)", re.DOTALL)
"""Up to a closing mark before a space, a full-width mark, or the end of the line."""
_FOREIGN = 0.5

Token = TypeVar("Token")


class SentencePair(NamedTuple, Generic[Token]):
    """Two stretches of sentences; ``follows`` tells whether the second stood behind the first."""

    first: list[Token]
    second: list[Token]
    follows: bool


def sentences(text: str) -> list[str]:
    """Return the sentences of a document, without the space around them."""
    return [found.strip() for found in _SENTENCE.findall(text)]


def pairs(documents: Sequence[Sequence[Sequence[Token]]], room: int, seed: int) -> Iterator[SentencePair[Token]]:
    """Yield pairs of stretches, about half of them with a second one that stood in another document.

    A stretch of sentences as long as ``room`` allows is parted at a random sentence; in half of the cases the second
    part is put back, to begin the next pair, and a stretch of another document takes its place (Devlin et al. 2019,
    appendix A.2). A single document gives only pairs that follow; a document of one sentence gives none.

    Args:
        documents: documents as sentences as tokens.
        room: tokens both stretches have together; what is longer is cut at its end.
        seed: the same seed gives the same pairs.
    """
    chance = random.Random(seed)
    whole = [document for document in documents if len(document)]
    for place, document in enumerate(whole):
        start = 0
        while start < len(document) - 1:
            end = _reach(document, start, room)
            cut = chance.randint(start + 1, end - 1)
            first = _joined(document[start:cut])
            if len(whole) > 1 and chance.random() < _FOREIGN:
                second, follows, start = _elsewhere(whole, place, room, chance), False, cut
            else:
                second, follows, start = _joined(document[cut:end]), True, end
            yield SentencePair(*_fitted(first, second, room), follows)


def _reach(document: Sequence[Sequence[Token]], start: int, room: int) -> int:
    """Return where a stretch from ``start`` ends: as many sentences as there is room for, two at least if there are."""
    length, end = 0, start
    while end < len(document) and (end - start < 2 or length + len(document[end]) <= room):
        length += len(document[end])
        end += 1
    return end


def _elsewhere(
    documents: Sequence[Sequence[Sequence[Token]]], place: int, room: int, chance: random.Random
) -> list[Token]:
    other = chance.randrange(len(documents) - 1)
    document = documents[other + (other >= place)]
    start = chance.randrange(len(document))
    return _joined(document[start : _reach(document, start, room)])


def _fitted(first: list[Token], second: list[Token], room: int) -> tuple[list[Token], list[Token]]:
    """Cut both to ``room`` tokens together; each has half of it for certain, and what the other leaves."""
    kept = min(len(first), max(room // 2, room - len(second)))
    return first[:kept], second[: room - kept]


def _joined(parts: Sequence[Sequence[Token]]) -> list[Token]:
    return [token for part in parts for token in part]
