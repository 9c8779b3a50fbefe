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


class IsolatedRow(NamedTuple):
    """One row whose documents are told apart by positions that restart.

    Attributes:
        input_ids: the tokens.
        labels: the same, without the filling and without each document's first token in the row, which nothing of its
            own document stands before.
        position_ids: places counted from 0 in each document.
        tokens: how many tokens are text that no earlier row held.
    """

    input_ids: list[int]
    labels: list[int]
    position_ids: list[int]
    tokens: int


def isolated_rows(
    texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, length: int, progress: Callable[[int], None] | None = None
) -> Iterator[IsolatedRow]:
    """Yield ``texts`` as rows of ``length`` (two or more) tokens that say where each text begins.

    A text that runs over goes on in the next row, which repeats its last token: so every token but a text's first is
    predicted exactly once, from its own text. Only the end of the last row is filled up, as in :func:`packed_rows`.

    Raises:
        ValueError: ``length`` is below two.
    """
    if length < 2:
        raise ValueError("A row of isolated texts needs two tokens.")
    ids: list[int] = []
    places: list[int] = []
    repeated = whole = done = 0
    for done, found in enumerate(tokens_of(texts, tokenizer), start=1):
        rest, place = _marked(found, tokenizer), 0
        while rest:
            part = rest[: length - len(ids)]
            ids.extend(part)
            places.extend(range(place, place + len(part)))
            rest, place = rest[len(part) :], place + len(part)
            if len(ids) == length:
                yield _isolated(ids, places, 0, 0, length - repeated)
                whole += 1
                # The repeated token is what the next one is predicted from.
                ids, places, repeated = ([ids[-1]], [0], 1) if rest else ([], [], 0)
                place = 1
        if progress is not None and done % _TELL_EVERY == 0:
            progress(done)
    if progress is not None and done % _TELL_EVERY:
        progress(done)
    if ids:
        fill = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (tokenizer.eos_token_id or 0)
        yield _isolated(ids, places, (length - len(ids)) if whole else 0, fill, len(ids) - repeated)


def _isolated(ids: list[int], places: list[int], filling: int, fill: int, tokens: int) -> IsolatedRow:
    labels = [token if place else IGNORED for token, place in zip(ids, places, strict=True)]
    return IsolatedRow([*ids, *[fill] * filling], [*labels, *[IGNORED] * filling], [*places, *range(filling)], tokens)
