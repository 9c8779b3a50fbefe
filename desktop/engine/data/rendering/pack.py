"""Texts laid end to end and cut into rows of one length; it knows neither files nor models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from desktop.engine.data.rendering.render import IGNORED, tokens_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_TELL_EVERY = 1000


class PackedRow(NamedTuple):
    """One row of the longest length.

    Attributes:
        input_ids: the tokens.
        labels: the same, with the filling of the last row left out of the loss.
        tokens: how many tokens are text.
    """

    input_ids: list[int]
    labels: list[int]
    tokens: int


@dataclass(frozen=True)
class Packed:
    """Rows of one length.

    Attributes:
        input_ids: the tokens, row by row.
        labels: the same, with the filling of the last row left out of the loss.
        tokens: how many tokens are text.
    """

    input_ids: list[list[int]]
    labels: list[list[int]]
    tokens: int


def pack(
    texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, length: int, progress: Callable[[int], None] | None = None
) -> Packed:
    """Return what :func:`packed_rows` yields, all at once."""
    rows = list(packed_rows(texts, tokenizer, length, progress))
    return Packed([row.input_ids for row in rows], [row.labels for row in rows], sum(row.tokens for row in rows))


def packed_rows(
    texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, length: int, progress: Callable[[int], None] | None = None
) -> Iterator[PackedRow]:
    """Yield ``texts`` as rows of ``length`` tokens, each text between the tokenizer's marks of beginning and end.

    A text may run over into the next row; only the end of the last row is filled up. With a single short row there is
    nothing to line up with, so it stays short.
    """
    stream: list[int] = []
    whole = done = 0
    for done, ids in enumerate(tokens_of(texts, tokenizer), start=1):
        stream.extend(_marked(ids, tokenizer))
        start = 0
        while len(stream) - start >= length:
            row = stream[start : start + length]
            start += length
            whole += 1
            yield PackedRow(row, row, length)
        if start:
            stream = stream[start:]
        if progress is not None and done % _TELL_EVERY == 0:
            progress(done)
    if progress is not None and done % _TELL_EVERY:
        progress(done)
    if stream:
        filling = (length - len(stream)) if whole else 0
        fill = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (tokenizer.eos_token_id or 0)
        yield PackedRow([*stream, *[fill] * filling], [*stream, *[IGNORED] * filling], len(stream))


def _marked(ids: list[int], tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Put the marks around one text, unless it brings them itself."""
    if not ids:
        return ids
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    if begin is not None and ids[0] != begin:
        ids = [begin, *ids]
    if end is not None and ids[-1] != end:
        ids = [*ids, end]
    return ids
