"""One data source, from its path to canonical rows, every unusable row named; it knows no model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from desktop.engine.data.library.entry import Entry
from desktop.engine.data.library.found import Finding
from desktop.engine.data.library.importing import Reading, imported
from desktop.engine.data.library.stored import StoredRows
from desktop.engine.data.library.view import View
from desktop.engine.data.locate import Located, locate
from desktop.engine.data.mapping.interpret import Interpretation
from desktop.engine.data.mapping.map import map_columns, needs_mapping
from desktop.engine.data.mapping.recognise import recognise
from desktop.engine.data.reading.find_reader import reader_for as reader_for
from desktop.engine.data.rows import KIND_TITLES, BadRow, Kind, Record, Row, RowFault
from desktop.engine.data.shapes.base import Match, Sample, Shape
from desktop.engine.data.source import DataSource, Pick
from desktop.engine.errors import RequestError

SAMPLE_ROWS = 200


class OtherRows(NamedTuple):
    """What rows are that are of no kind wanted, and what says so, one clause."""

    kind: Kind
    why: str


@dataclass(frozen=True)
class Survey:
    """What the first rows of a source tell, before all of them are read.

    Attributes:
        source: the data set.
        located: its files and who reads them.
        columns: names in order of appearance.
        first: the first rows, readable or not.
        shape: how the rows are written down, ``None`` while that is open.
        mapping: role -> where its value comes from.
        why: what says so, one clause.
        problem: why no shape was taken.
        other: what the rows are, where that is known and not wanted.
    """

    source: DataSource
    located: Located
    columns: tuple[str, ...]
    first: tuple[Record | BadRow, ...]
    shape: Shape | None
    mapping: Mapping[str, Pick]
    why: str
    problem: RequestError | None
    other: OtherRows | None = None

    @property
    def format(self) -> str:
        """Return the id of the reader."""
        return self.located.reader.id

    @cached_property
    def interpretation(self) -> Interpretation | None:
        """Return how records become rows, ``None`` while that is open."""
        return Interpretation(self.source, self.shape, self.mapping) if self.shape else None


@dataclass(frozen=True)
class Imported:
    """One source, read to its end and kept in the library.

    Attributes:
        source: the data set.
        rows: the canonical rows, read when they are asked for.
        kind: what they all are.
        format: id of the reader.
        columns: names in order of appearance.
        mapping: role -> where its value comes from.
        recognised: id of the shape.
        why: what in the columns says so, one clause.
        total: all rows of the source, good and bad.
        entry: where it is kept.
        view: what was found about its rows.
    """

    source: DataSource
    rows: StoredRows
    kind: Kind
    format: str
    columns: tuple[str, ...]
    mapping: Mapping[str, Pick]
    recognised: str
    why: str
    total: int
    entry: Entry
    view: View

    @cached_property
    def bad(self) -> list[BadRow]:
        """Return the rows that cannot be used, each with its reason, in order."""
        return [_as_bad_row(finding) for finding in self.view.findings() if finding.state == "bad"]


def survey(source: DataSource, kinds: Collection[str] = ()) -> Survey:
    """Look at the first rows of ``source``; raise :class:`RequestError` only where nothing can be read at all."""
    located = locate(source)
    records = located.reader.read(located.files[0], located.encoding)
    first = tuple(islice(records, SAMPLE_ROWS))
    if not first:
        raise RequestError("no_rows", f"There is no row in {located.name}.", "Choose another file.")
    sample = Sample.of([record for record in first if isinstance(record, Record)])
    if not sample.columns:
        rest = [record for record in records if isinstance(record, BadRow)]
        raise _no_good_row(located.name, [record for record in first if isinstance(record, BadRow)] + rest)
    found = _understood(source, sample, kinds)
    if isinstance(found, OtherRows):
        problem = _not_wanted(located.name, found, kinds)
        return Survey(source, located, sample.columns, first, None, {}, "", problem, found)
    if found is None:
        unknown = needs_mapping(located.name, sample.columns, kinds)
        return Survey(source, located, sample.columns, first, None, {}, "", unknown)
    shape, match = found
    return Survey(source, located, sample.columns, first, shape, match.mapping, match.why, None)


def open_source(
    source: DataSource, kinds: Collection[str] = (), progress: Callable[[int], None] | None = None
) -> Imported:
    """Return ``source`` as rows of one of ``kinds`` (any, where none are given), read to its end once and then kept.

    ``progress(rows)`` is called now and then; what it raises ends the reading. Raises :class:`RequestError` where the
    file, its columns or every single row is unusable; a row that is, beside others that are not, is in ``bad``.
    """
    tell = progress or _silent
    return import_surveyed(survey(source, kinds), kinds, lambda reading: tell(reading.rows))


def import_surveyed(
    looked: Survey, kinds: Collection[str] = (), told: Callable[[Reading], None] | None = None
) -> Imported:
    """Read a source that was looked at to its end; see :func:`open_source`."""
    shape, interpretation = looked.shape, looked.interpretation
    if shape is None or interpretation is None:
        raise looked.problem or needs_mapping(looked.located.name, looked.columns, kinds)
    entry, view = imported(looked.located.job(looked.source), interpretation, told or _silent)
    if not len(view.rows):
        bad = [_as_bad_row(finding) for finding in view.findings() if finding.state in ("bad", "skipped")]
        raise _no_good_row(looked.located.name, bad)
    rows = StoredRows(entry, view, interpretation)
    columns = tuple(dict.fromkeys([*looked.columns, *entry.about.columns]))
    return Imported(
        looked.source,
        rows,
        shape.kind,
        looked.format,
        columns,
        looked.mapping,
        shape.id,
        looked.why,
        entry.about.rows,
        entry,
        view,
    )


def convert(record: Record | BadRow, interpretation: Interpretation) -> Row | BadRow:
    """Return the canonical row of ``record``, or what is wrong with it."""
    if isinstance(record, BadRow):
        return record
    try:
        return interpretation.row(record.values)
    except RowFault as fault:
        return BadRow(record.row, record.line, str(fault), record.file, fault.check)


def _understood(source: DataSource, sample: Sample, kinds: Collection[str]) -> tuple[Shape, Match] | OtherRows | None:
    """Return how rows are written down, or what else they are; ``None`` where their columns say nothing."""
    if source.mapping:
        try:
            return map_columns(source.mapping, sample.columns, kinds)
        except RequestError as refused:
            try:
                other = map_columns(source.mapping, sample.columns)
            except RequestError:
                raise refused from None
            return OtherRows(other[0].kind, other[1].why)
    found = recognise(sample, kinds)
    if found is not None:
        return found
    guessed = recognise(sample)
    return OtherRows(guessed[0].kind, guessed[1].why) if guessed is not None else None


def _not_wanted(name: str, other: OtherRows, kinds: Collection[str]) -> RequestError:
    wanted = " or ".join(KIND_TITLES[kind] for kind in kinds)
    return RequestError(
        "wrong_kind",
        f"{name} holds {KIND_TITLES[other.kind]} ({other.why}), and what is wanted is {wanted}.",
        "Choose another file, or map the columns by hand.",
    )


def _as_bad_row(finding: Finding) -> BadRow:
    return BadRow(finding.row, finding.line, finding.reason, finding.file, finding.check, finding.raw)


def _no_good_row(name: str, bad: list[BadRow]) -> RequestError:
    if not bad:
        return RequestError("no_good_row", f"No row of {name} is left to use.", "Take back what was left out by hand.")
    first = bad[0]
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
    return {str(column): short(value) for column, value in record.values.items()}


def short(value: Any) -> Any:
    """Return one value as a cell shows it."""
    if value is None or isinstance(value, bool | int):
        return value if not isinstance(value, int) or abs(value) < 2**53 else str(value)[:40]
    return str(value)[:400].encode("utf-8", "replace").decode("utf-8")


def _silent(_: object) -> None:
    pass
