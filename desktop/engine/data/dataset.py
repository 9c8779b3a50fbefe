"""One data source, from its path to canonical rows, every unusable row named; it knows no model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from desktop.engine.data.find_reader import reader_for as reader_for
from desktop.engine.data.map import map_columns, needs_mapping
from desktop.engine.data.recognise import recognise
from desktop.engine.data.rows import KIND_TITLES, BadRow, Kind, Record, Row, RowFault
from desktop.engine.data.shapes.base import Match, Sample, Shape
from desktop.engine.data.source import Pick
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource

SAMPLE_ROWS = 200
PROGRESS_EVERY = 1000


@dataclass(frozen=True)
class Survey:
    """What the first rows of a source tell, before all of them are read.

    Attributes:
        format: id of the reader.
        columns: names in order of appearance.
        first: the first rows, readable or not.
        shape: how the rows are written down, ``None`` while that is open.
        mapping: role -> column.
        why: what says so, one clause.
        problem: why no shape was taken.
    """

    format: str
    columns: tuple[str, ...]
    first: tuple[Record | BadRow, ...]
    shape: Shape | None
    mapping: dict[str, str]
    why: str
    problem: RequestError | None


@dataclass(frozen=True)
class Imported:
    """One source, read to its end.

    Attributes:
        rows: the canonical rows.
        kind: what they all are.
        format: id of the reader.
        columns: names in order of appearance.
        mapping: role -> column.
        recognised: id of the shape.
        why: what in the columns says so, one clause.
        bad: the rows left out, each with its reason.
        total: all rows of the source, good and bad.
    """

    rows: list[Row]
    kind: Kind
    format: str
    columns: tuple[str, ...]
    mapping: dict[str, str]
    recognised: str
    why: str
    bad: list[BadRow] = field(default_factory=list)
    total: int = 0


def survey(source: DataSource, kinds: Collection[str] = ()) -> Survey:
    """Look at the first rows of ``source``; raise :class:`RequestError` only where nothing can be read at all."""
    return _survey(source, kinds)[0]


def open_source(
    source: DataSource, kinds: Collection[str] = (), progress: Callable[[int], None] | None = None
) -> Imported:
    """Read ``source`` to its end as rows of one of ``kinds`` (any, where none are given).

    ``progress(rows)`` is called now and then; what it raises ends the reading. Raises :class:`RequestError` where the
    file, its columns or every single row is unusable; a row that is, beside others that are not, is in ``bad``.
    """
    looked, records = _survey(source, kinds)
    if looked.shape is None:
        raise looked.problem or needs_mapping(Path(source.path).name, looked.columns, kinds)
    columns = dict.fromkeys(looked.columns)
    rows: list[Row] = []
    bad: list[BadRow] = []
    total = 0
    for total, record in enumerate(records, start=1):
        if progress is not None and total % PROGRESS_EVERY == 0:
            progress(total)
        if isinstance(record, Record):
            columns.update(dict.fromkeys(map(str, record.values)))
        outcome = convert(record, looked.shape, looked.mapping)
        if isinstance(outcome, BadRow):
            bad.append(outcome)
        else:
            rows.append(outcome)
    if not rows:
        raise _no_good_row(source, bad)
    return Imported(
        rows, looked.shape.kind, looked.format, tuple(columns), looked.mapping, looked.shape.id, looked.why, bad, total
    )  # fmt: skip


def convert(record: Record | BadRow, shape: Shape, mapping: dict[str, str]) -> Row | BadRow:
    """Return the canonical row of ``record``, or what is wrong with it."""
    if isinstance(record, BadRow):
        return record
    try:
        return shape.row(record.values, mapping)
    except RowFault as fault:
        return BadRow(record.row, record.line, str(fault), record.file)


def _survey(source: DataSource, kinds: Collection[str]) -> tuple[Survey, Iterator[Record | BadRow]]:
    path = Path(source.path).expanduser()
    reader = reader_for(path, source.format)
    records = reader.read(path)
    first = list(islice(records, SAMPLE_ROWS))
    if not first:
        raise RequestError("no_rows", f"There is no row in {path.name}.", "Choose another file.")
    sample = Sample.of([record for record in first if isinstance(record, Record)])
    if not sample.columns:
        rest = [record for record in records if isinstance(record, BadRow)]
        raise _no_good_row(source, [record for record in first if isinstance(record, BadRow)] + rest)
    shape, match, problem = _shape(source, sample, kinds)
    looked = Survey(reader.id, sample.columns, tuple(first), shape, match.mapping, match.why, problem)
    return looked, chain(first, records)


def _shape(
    source: DataSource, sample: Sample, kinds: Collection[str]
) -> tuple[Shape | None, Match, RequestError | None]:
    if source.mapping:
        return *map_columns(plain(source.mapping), sample.columns, kinds), None
    found = recognise(sample, kinds)
    if found is not None:
        return *found, None
    name = Path(source.path).name
    other = recognise(sample)
    if other is None:
        return None, Match({}, ""), needs_mapping(name, sample.columns, kinds)
    wanted = " or ".join(KIND_TITLES[kind] for kind in kinds)
    problem = RequestError(
        "wrong_kind",
        f"{name} holds {KIND_TITLES[other[0].kind]} ({other[1].why}), but this objective learns from {wanted}.",
        "Choose another file or objective, or map the columns by hand.",
    )
    return None, Match({}, ""), problem


def _no_good_row(source: DataSource, bad: list[BadRow]) -> RequestError:
    name, first = Path(source.path).name, bad[0]
    place = f"line {first.line}" if first.line else f"row {first.row}"
    if len(bad) == 1:
        return RequestError(
            "no_good_row", f"The only row of {name} cannot be used: {place}: {first.reason}.", "Correct it."
        )
    return RequestError(
        "no_good_row",
        f"None of the {len(bad):,} rows of {name} can be used. The first, {place}: {first.reason}.",
        "Correct the file, or map its columns by hand if they were taken for something they are not.",
    )


def preview_values(record: Record) -> dict[str, Any]:
    """Return a record's cells as a table shows them: JSON types only, nothing longer than a screen."""
    return {str(column): _short(value) for column, value in record.values.items()}


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value if not isinstance(value, int) or abs(value) < 2**53 else str(value)[:40]
    return str(value)[:400].encode("utf-8", "replace").decode("utf-8")


def plain(mapping: dict[str, Pick]) -> dict[str, str]:
    """Return the picks that are columns."""
    return {role: pick for role, pick in mapping.items() if isinstance(pick, str)}
