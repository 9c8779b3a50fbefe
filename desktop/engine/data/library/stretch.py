"""One stretch of a source, read, stored and interpreted: what a single child does of an import.

It knows neither the other stretches nor where in the source its own lies: rows and lines are counted from its start.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xxhash

from desktop.engine.data.library.found import Finding, Found
from desktop.engine.data.library.keys import key_of, sure_rows
from desktop.engine.data.library.parts import Column, Part, PartReader, PartWriter
from desktop.engine.data.library.sketch import NUMBERS, bytes_of, sketches
from desktop.engine.data.mapping.interpret import Interpretation
from desktop.engine.data.reading.chunks import Chunk
from desktop.engine.data.rows import Row, RowFault

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX_COLUMNS = ("place", "row", "line", "key", "stratum", *(f"sketch{number}" for number in range(NUMBERS // 2)))
"""Columns of a stretch's index, one line a good row: which record it is, where it stands in the source, a hash of what
is learned, one of its label or file (0 where it has none), and its sketch, two numbers in each."""
_SLICE = 256 * 1024  # what is made of it stays in the processor's cache
_ESCAPE = b"\\u00"


@dataclass
class Stretch:
    """What came of one stretch.

    Attributes:
        file: the source file, by its place among the source's files.
        rows: rows read, readable or not.
        lines: lines read.
        records: readable rows.
        columns: names in order of appearance.
        parts: the Arrow files with the records.
        strata: hash -> name of every label or file that rows are told apart by.
        index: name of the numpy file with one line a good row.
        unreadable: name of the Arrow file with the rows that could not be read.
        found: name of the Arrow file with what was found about those that could.
    """

    file: int
    rows: int = 0
    lines: int = 0
    records: int = 0
    columns: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    strata: dict[str, str] = field(default_factory=dict)
    index: str = ""
    unreadable: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the form that crosses a process boundary."""
        return asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Stretch:
        """Read what :meth:`as_dict` wrote."""
        parts = [Part(str(part["name"]), tuple(part["batches"]), str(part["sum"])) for part in values["parts"]]
        return cls(**{**values, "parts": parts})


def import_stretch(
    chunks: Iterable[Chunk],
    interpretation: Interpretation,
    folder: Path,
    views: Path,
    name: str,
    file: int,
    told: Callable[[int, int], None],
) -> Stretch:
    """Store the records of ``chunks`` and interpret them.

    Args:
        chunks: what a reader yields.
        interpretation: how records become rows.
        folder: where the records go.
        views: where the index and the findings go.
        name: what the names of the files begin with.
        file: the place of the source file among the source's files.
        told: called with the bytes and rows of each chunk that is done.
    """
    done = Stretch(file)
    writer = PartWriter(folder, name)
    reading = Reading(interpretation)
    unreadable = Found()
    columns: dict[str, None] = {}
    collecting = gc.isenabled()
    gc.disable()  # millions of small things that hold no circle: looking through them took a fifth of the time
    try:
        for chunk in chunks:
            for bad in chunk.bad:
                unreadable.add_unreadable(bad)
            if chunk.count:
                stored, chunk = _stored(writer, chunk)
                columns.update(dict.fromkeys(column.name for column in stored))
                reading.take(chunk, stored, done.records)
            done.records += chunk.count
            done.rows, done.lines = chunk.last_row, chunk.last_line
            told(chunk.size, chunk.count + len(chunk.bad))
    finally:
        done.parts = writer.close()
        if collecting:
            gc.enable()
    done.columns = list(columns)
    done.unreadable = f"{name}-unreadable.arrow"
    unreadable.save(folder / done.unreadable)
    return reading.saved(done, views, name)


def _stored(writer: PartWriter, chunk: Chunk) -> tuple[list[Column], Chunk]:
    """Write the records of ``chunk``; return their columns, and the chunk in the form they could be written in."""
    if chunk.table is not None:
        columns = writer.write_table(chunk.table, chunk.rows, chunk.lines)
        if columns is not None:
            return columns, chunk
    chunk = chunk.unpacked()
    return writer.write(chunk.records, chunk.rows, chunk.lines, chunk.files), chunk


def reread_stretch(
    done: Stretch,
    interpretation: Interpretation,
    folder: Path,
    views: Path,
    name: str,
    told: Callable[[int, int], None],
) -> Stretch:
    """Interpret the stored records of a stretch anew; what :func:`import_stretch` found out of reading them stays."""
    reading = Reading(interpretation)
    place = 0
    for chunk, columns in PartReader(folder, done.parts).chunks():
        reading.take(chunk, columns, place)
        place += len(chunk.records)
        told(0, len(chunk.records))
    return reading.saved(replace(done, strata={}), views, name)


class Reading:
    """Turns records into rows to see which can be, and keeps what is needed to find them and their likes again.

    Attributes:
        found: what was found about single rows.
    """

    def __init__(self, interpretation: Interpretation) -> None:
        """Begin with nothing read."""
        self._as = interpretation
        self._signs = b"".join(check.signs for check in interpretation.text_checks)
        self._labelled = interpretation.shape.kind == "label"
        self._index: list[NDArray[Any]] = []
        self._strata: dict[str, int] = {}
        self.found = Found()

    def take(self, chunk: Chunk, columns: list[Column], place: int) -> None:
        """Read the records of ``chunk``, the first of which is the record ``place`` of its stretch."""
        import numpy as np

        suspects = _suspects(columns, self._signs)
        sure = sure_rows(columns, self._as) if chunk.table is not None else None
        if sure is None:
            chunk = chunk.unpacked()
            rest: Iterable[int] = range(chunk.count)
            made = self._made(chunk.records)
        else:
            sure.certain[list(suspects)] = False
            rest = np.flatnonzero(~sure.certain).tolist()
            made = [None] * chunk.count
        kept: list[int] = []
        keys: list[int] = []
        strata: list[int] = []
        for number in rest:
            try:
                row = made[number]
                if row is None:
                    row, mended = self._as.converted(chunk.record(number))
                    if mended is not None:
                        self._add(chunk, number, mended.check, str(mended), "fixed")
                if number in suspects:
                    row = self._looked_through(row, chunk, number)
            except RowFault as fault:
                self._add(chunk, number, fault.check, str(fault), "bad")
                continue
            except _LeftOutError:
                continue
            kept.append(number)
            keys.append(key_of(row))
            if self._labelled:
                strata.append(self._stratum(row["label"]))
            elif chunk.files:
                strata.append(self._stratum(chunk.files[number]))
        rows, hashes = np.asarray(kept, np.int64), np.asarray(keys, np.uint64)
        if sure is not None:
            rows = np.concatenate([rows, np.flatnonzero(sure.certain)])
            hashes = np.concatenate([hashes, sure.keys[sure.certain]])
            order = np.argsort(rows, kind="stable")
            rows, hashes = rows[order], hashes[order]
        lines = np.empty((len(rows), len(INDEX_COLUMNS)), np.uint64)
        lines[:, 0] = rows + place
        lines[:, 1] = _numbers(chunk.rows)[rows]
        lines[:, 2] = _numbers(chunk.lines)[rows]
        lines[:, 3] = hashes
        lines[:, 4] = np.asarray(strata, np.uint64) if strata else 0
        lines[:, 5:] = sketches(_read(columns, self._as), chunk.count)[rows].view(np.uint64)
        self._index.append(lines)

    def _made(self, records: list[dict[str, Any]]) -> Sequence[Row | None]:
        """Return the row of each record, ``None`` for those that make none at once."""
        row_of, mapping = self._as.shape.row, self._as.projection.mapping
        apply = self._as.projection.apply if self._as.projection.fetches else None
        try:
            if apply is None:
                return [row_of(record, mapping) for record in records]
            return [row_of(apply(record), mapping) for record in records]
        except RowFault:
            return [self._made_one(record) for record in records]

    def _made_one(self, record: dict[str, Any]) -> Row | None:
        projected = self._as.projection
        try:
            return self._as.shape.row(projected.apply(record), projected.mapping)
        except RowFault:
            return None

    def saved(self, done: Stretch, folder: Path, name: str) -> Stretch:
        """Write index and findings into ``folder`` and return ``done`` with their names."""
        import numpy as np

        done.strata = {str(number): label for label, number in self._strata.items()}
        done.index, done.found = f"{name}-index.npy", f"{name}-found.arrow"
        empty = np.zeros((0, len(INDEX_COLUMNS)), np.uint64)
        np.save(folder / done.index, np.concatenate([empty, *self._index]))
        self.found.save(folder / done.found)
        return done

    def _stratum(self, name: str) -> int:
        number = self._strata.get(name)
        if number is None:
            number = self._strata[name] = xxhash.xxh3_64_intdigest(name.encode("utf-8", "replace"))
        return number

    def _looked_through(self, row: Any, chunk: Chunk, number: int) -> Any:
        faults = self._as.text_faults(row)
        for check, reason in faults:
            policy = self._as.policy(check)
            state = {"keep": "kept", "fix": "fixed"}.get(policy, "skipped")
            self._add(chunk, number, check.id, reason, state)
            if state == "skipped":
                raise _LeftOutError
        return self._as.cleaned(row) if faults else row

    def _add(self, chunk: Chunk, number: int, check: str, reason: str, state: Any) -> None:
        file = chunk.files[number] if number < len(chunk.files) else ""
        self.found.add(Finding(chunk.rows[number], chunk.lines[number], file, check, reason, state))


class _LeftOutError(Exception):
    """A row is left out because its policy says so; the finding is written already."""


def _read(columns: list[Column], interpretation: Interpretation) -> list[Any]:
    """Return the columns that hold what is learned; all of them where that cannot be told by name."""
    picked = {pick for pick in interpretation.mapping.values() if isinstance(pick, str)}
    own = [column.array for column in columns if column.name in picked]
    return own or [column.array for column in columns]


def _numbers(values: list[int] | range) -> NDArray[Any]:
    import numpy as np

    return np.arange(values.start, values.stop) if isinstance(values, range) else np.asarray(values, np.int64)


def _suspects(columns: list[Column], signs: bytes) -> set[int]:
    """Return the records whose bytes hold a sign that some check on words looks for."""
    import numpy as np

    table = np.zeros(256, bool)
    table[list(signs)] = True
    printed = [sign for sign in signs if sign >= 32]
    suspects: set[int] = set()
    for column in columns:
        data, borders = bytes_of(column.array)
        for start in range(0, len(data), _SLICE):
            part = data[start : start + _SLICE]
            text = part.tobytes()
            if part.min() >= ord(" ") and not any(sign in text for sign in printed):
                continue  # as nearly everywhere, and told in a third of the time it takes to say where
            hits = part < ord(" ")
            for sign in printed:
                hits |= part == sign
            places = np.flatnonzero(hits)
            places = places[table[part[places]]] + start
            suspects.update((np.searchsorted(borders, places, side="right") - 1).tolist())
        # JSON text writes control characters as escapes, none of which is among the signs.
        if column.json and len(data) and _ESCAPE in data.tobytes():
            texts = column.array.to_pylist()
            suspects.update(number for number, text in enumerate(texts) if text and "\\u00" in text)
    return suspects
