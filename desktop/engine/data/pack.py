"""Texts laid end to end and cut into rows of one length; it knows neither files nor models."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.engine.data.render import IGNORED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_BATCH = 1000


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
    """Return ``texts`` as rows of ``length`` tokens, each text between the tokenizer's marks of beginning and end.

    A text may run over into the next row; only the end of the last row is filled up. With a single short row there is
    nothing to line up with, so it stays short.
    """
    rows: list[list[int]] = []
    stream: list[int] = []
    waiting: list[str] = []
    done = 0

    def take() -> None:
        nonlocal done, stream
        for ids in tokenizer(waiting, add_special_tokens=False)["input_ids"]:
            stream.extend(_marked(ids, tokenizer))
        while len(stream) >= length:
            rows.append(stream[:length])
            stream = stream[length:]
        done += len(waiting)
        waiting.clear()
        if progress is not None:
            progress(done)

    for text in texts:
        waiting.append(text)
        if len(waiting) == _BATCH:
            take()
    if waiting:
        take()
    tokens = len(rows) * length + len(stream)
    labels = [list(row) for row in rows]
    if stream:
        filling = (length - len(stream)) if rows else 0
        fill = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (tokenizer.eos_token_id or 0)
        rows.append([*stream, *[fill] * filling])
        labels.append([*stream, *[IGNORED] * filling])
    return Packed(rows, labels, tokens)


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
