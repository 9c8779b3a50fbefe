"""Records out of Arrow batches, for every reader that stands on Arrow; it knows neither files nor shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from pyarrow import RecordBatch


def records_of(batches: Iterable[RecordBatch], start: int) -> Iterator[Record | BadRow]:
    """Yield the rows of ``batches``, counted on from ``start``; one with bytes that are no text is a fault."""
    row = start
    for batch in batches:
        try:
            values = batch.to_pylist()
        except UnicodeDecodeError:
            yield from _one_by_one(batch, row)
        else:
            for offset, value in enumerate(values, start=1):
                yield Record(row + offset, 0, value)
        row += batch.num_rows


def _one_by_one(batch: RecordBatch, row: int) -> Iterator[Record | BadRow]:
    for offset in range(batch.num_rows):
        try:
            yield Record(row + offset + 1, 0, batch.slice(offset, 1).to_pylist()[0])
        except UnicodeDecodeError:
            yield BadRow(row + offset + 1, 0, "it holds bytes that are not UTF-8 text")


def not_readable(path: Path, format: str) -> RequestError:
    """Return the refusal for a file that is not what its name says."""
    return RequestError(
        "not_readable",
        f"{path.name} cannot be read as {format}: it is damaged, cut off, or something else under that name.",
        "Copy or download it again.",
    )
