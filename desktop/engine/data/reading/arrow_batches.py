"""Records out of Arrow batches, for every reader that stands on Arrow; it knows neither formats nor shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.data.reading.arrow_values import is_plain, json_value, simpler
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Schema

_NO_VALUE = (ValueError, OverflowError, ArithmeticError, LookupError)
"""What the library raises for a value without a word in Python: a day in the year 300000, an unknown time zone."""


def records_of(path: Path, batches: Iterable[RecordBatch], start: int) -> Iterator[Record | BadRow]:
    """Yield the rows of ``batches``, counted on from ``start``; one with bytes that are no text is a fault."""
    row = start
    for batch in batches:
        if row == start:
            _check_names(path, batch.schema)
        batch = _checked(path, batch)
        plain = all(is_plain(field.type) for field in batch.schema)
        try:
            values = _values(batch, plain=plain)
        except _NO_VALUE:
            yield from _one_by_one(batch, row, plain=plain)
        else:
            for offset, value in enumerate(values, start=1):
                yield Record(row + offset, 0, value)
        row += batch.num_rows


def not_readable(path: Path, format: str) -> RequestError:
    """Return the refusal for a file that is not what its name says."""
    return RequestError(
        "not_readable",
        f"{path.name} cannot be read as {format}: it is damaged, cut off, or something else under that name.",
        "Copy or download it again.",
    )


def _check_names(path: Path, schema: Schema) -> None:
    twice = next((name for name, count in Counter(schema.names).items() if count > 1), None)
    if twice is not None:
        raise RequestError(
            "same_column_twice", f"{path.name} has two columns called {twice[:80]!r}.", "Rename one and save it again."
        )


def _checked(path: Path, batch: RecordBatch) -> RecordBatch:
    """Return ``batch`` in types that Python has words for; a damaged one would otherwise crash the process."""
    import pyarrow as pa

    try:
        batch.validate(full=True)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise not_readable(path, "Arrow") from error
    types = [simpler(field.type) for field in batch.schema]
    if types == batch.schema.types:
        return batch
    columns = [
        column if wanted == column.type else _cast(column, wanted)
        for column, wanted in zip(batch.columns, types, strict=True)
    ]
    return pa.record_batch(columns, names=batch.schema.names)


def _cast(column: Any, wanted: Any) -> Any:
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return column.cast(wanted, safe=False)


def _values(batch: RecordBatch, *, plain: bool) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = batch.to_pylist()
    return values if plain else [{name: json_value(value) for name, value in row.items()} for row in values]


def _one_by_one(batch: RecordBatch, row: int, *, plain: bool) -> Iterator[Record | BadRow]:
    for offset in range(batch.num_rows):
        one = batch.slice(offset, 1)
        try:
            yield Record(row + offset + 1, 0, _values(one, plain=plain)[0])
        except UnicodeDecodeError:
            yield BadRow(row + offset + 1, 0, "it holds bytes that are not UTF-8 text", check="encoding")
        except _NO_VALUE:
            yield BadRow(row + offset + 1, 0, "it holds a date or number that cannot be shown", check="wrong_type")
