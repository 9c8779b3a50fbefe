"""Records as Arrow files and back, whatever their values are; it knows neither file formats nor what records mean.

A column whose values are all text is stored as text; any other as JSON text, marked so in the field's metadata, because
a column of a real file may hold a number here, a list there and nothing in between. A record without it has a null.
"""

from __future__ import annotations

import json
import mmap
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from desktop.engine.data.library.sums import SummedFile
from desktop.engine.data.reading.chunks import Chunk

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch, Table

_JSON = {b"json": b"1"}
_AT_ONCE = 512
_LENT_AT_MOST = 100_000
_RECORDS_A_LOOK = 500  # a look at one record brings in about as many of its neighbours


@dataclass(frozen=True)
class Part:
    """One Arrow file of records.

    Attributes:
        name: of the file.
        batches: records in each of its batches.
        sum: XXH3 of its content.
    """

    name: str
    batches: tuple[int, ...]
    sum: str = ""

    @property
    def records(self) -> int:
        """Return the records in it."""
        return sum(self.batches)


@dataclass(frozen=True)
class Column:
    """One column of one batch, for whoever looks at its bytes.

    Attributes:
        name: of the column.
        array: its values as Arrow text.
        json: whether the text is JSON.
    """

    name: str
    array: Array
    json: bool


class PartWriter:
    """Writes batches of records; begins another file whenever a new column, or a column of another kind, turns up."""

    def __init__(self, folder: Path, prefix: str) -> None:
        """Write into ``folder`` under names that begin with ``prefix``."""
        self._folder = folder
        self._prefix = prefix
        self._kinds: dict[str, bool] = {}
        self._writer: Any = None
        self._batches: list[int] = []
        self.parts: list[Part] = []

    def write(
        self,
        records: Sequence[Mapping[str, Any]],
        rows: Sequence[int],
        lines: Sequence[int],
        files: Sequence[str] = (),
    ) -> list[Column]:
        """Append ``records`` and return their columns as they were stored."""
        return self._append([self._column(name, records) for name in self._names(records)], rows, lines, files)

    def write_table(self, table: Table, rows: Sequence[int], lines: Sequence[int]) -> list[Column] | None:
        """Append records that are columns of text already; ``None``, and nothing written, where one has to be JSON."""
        import pyarrow as pa

        if any(self._kinds.get(name, False) for name in table.column_names):
            return None
        columns = [Column(name, table.column(name).chunk(0), json=False) for name in table.column_names]
        lacking = [name for name in self._kinds if name not in table.column_names]
        columns += [Column(name, pa.nulls(table.num_rows, pa.string()), json=self._kinds[name]) for name in lacking]
        order = {name: place for place, name in enumerate(self._kinds)}
        return self._append(sorted(columns, key=lambda one: order.get(one.name, len(order))), rows, lines, ())

    def _append(
        self, columns: list[Column], rows: Sequence[int], lines: Sequence[int], files: Sequence[str]
    ) -> list[Column]:
        import pyarrow as pa

        kinds = {column.name: column.json for column in columns}
        if self._writer is None or kinds != self._kinds:
            self._roll(kinds)
        fields = list(self._schema.field("record").type)
        record = pa.StructArray.from_arrays([column.array for column in columns], fields=fields)
        file = pa.array(files, pa.string()) if files else pa.nulls(len(rows), pa.string())
        arrays = [_numbers(rows), _numbers(lines), file, record]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._batches.append(len(rows))
        return columns

    def close(self) -> list[Part]:
        """Finish the last file and return all of them."""
        if self._writer is not None:
            self._writer.close()
            self._sink.close()
            self.parts.append(Part(self._name, tuple(self._batches), self._sink.sum))
            self._writer = None
        return self.parts

    def _names(self, records: Sequence[Mapping[str, Any]]) -> list[str]:
        names = dict.fromkeys(self._kinds)
        keys = None
        for record in records:
            if record.keys() != keys:
                keys = record.keys()
                names.update(dict.fromkeys(keys))
        return list(names) or [""]

    def _column(self, name: str, records: Sequence[Mapping[str, Any]]) -> Column:
        import pyarrow as pa

        values = [record.get(name) for record in records]
        if not self._kinds.get(name, False):
            explicit = None in values and any(name in record and record[name] is None for record in records)
            if not explicit:
                try:
                    return Column(name, pa.array(values, pa.string()), json=False)
                except (pa.ArrowException, UnicodeEncodeError, OverflowError):
                    pass  # something in it is no text
        texts = [_dumped(record[name]) if name in record else None for record in records]
        return Column(name, pa.array(texts, pa.string()), json=True)

    def _roll(self, kinds: dict[str, bool]) -> None:
        import pyarrow as pa

        self.close()
        self._kinds = kinds
        fields = [pa.field(name, pa.string(), metadata=_JSON if is_json else None) for name, is_json in kinds.items()]
        self._schema = pa.schema(
            [("row", pa.int64()), ("line", pa.int64()), ("file", pa.string()), ("record", pa.struct(fields))]
        )
        self._name = f"{self._prefix}-{len(self.parts):03d}.arrow"
        self._batches = []
        self._sink = SummedFile(self._folder / self._name)
        self._writer = pa.ipc.new_file(self._sink, self._schema)


def _numbers(values: Sequence[int]) -> Array:
    import numpy as np
    import pyarrow as pa

    return pa.array(np.arange(values.start, values.stop) if isinstance(values, range) else values, pa.int64())


@dataclass(frozen=True)
class Stored:
    """One record with its place in the source, counted within its stretch."""

    row: int
    line: int
    file: str
    values: dict[str, Any]


class PartReader:
    """Records of many parts by their place, from memory-mapped files that are opened when first needed."""

    def __init__(self, folder: Path, parts: Sequence[Part]) -> None:
        """Read nothing yet."""
        self._folder = folder
        self._parts = list(parts)
        self._starts = [0, *accumulate(part.records for part in self._parts)]
        self._batch_starts = [[0, *accumulate(part.batches)] for part in self._parts]
        self._open: dict[int, Any] = {}
        self._maps: list[mmap.mmap] = []
        self._lent = 0
        self._batches: dict[tuple[int, int], RecordBatch] = {}

    def __len__(self) -> int:
        """Return the records in all parts."""
        return self._starts[-1]

    def at(self, place: int) -> Stored:
        """Return the record at ``place``, from 0."""
        self._give_back(1)
        part, batch, inside = self._home(place)
        return _decoded(self._batch(part, batch).slice(inside, 1))[0]

    def some(self, places: Sequence[int]) -> list[Stored]:
        """Return the records at ``places``, in that order; those of one batch are decoded together."""
        import pyarrow as pa

        homes: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for order, place in enumerate(places):
            part, batch, inside = self._home(place)
            homes[part, batch].append((order, inside))
        found: dict[int, Stored] = {}
        for (part, batch), wanted in homes.items():
            self._give_back(len(wanted))
            taken = self._batch(part, batch).take(pa.array([inside for _, inside in wanted], pa.int64()))
            found.update(zip((order for order, _ in wanted), _decoded(taken), strict=True))
        return [found[order] for order in range(len(places))]

    def between(self, start: int, stop: int) -> Iterator[Stored]:
        """Yield the records from place ``start`` up to ``stop``, decoded some hundreds at a time."""
        while start < stop:
            part, batch, first = self._home(start)
            self._give_back(_AT_ONCE)
            end = min(stop, start + _AT_ONCE, self._starts[part] + self._batch_starts[part][batch + 1])
            yield from _decoded(self._batch(part, batch).slice(first, end - start))
            start = end

    def hold(self) -> None:
        """Open every file now, so that what is removed from the library meanwhile can still be read."""
        for part in range(len(self._parts)):
            if self._parts[part].batches:
                self._batch(part, 0)

    def chunks(self) -> Iterator[tuple[Chunk, list[Column]]]:
        """Yield all records in order, a batch at a time, beside their columns as they are stored."""
        for part, sizes in enumerate(self._batch_starts):
            for number in range(len(sizes) - 1):
                batch = self._batch(part, number)
                stored = _decoded(batch)
                files = [record.file for record in stored]
                yield (
                    Chunk(
                        [record.values for record in stored],
                        [record.row for record in stored],
                        [record.line for record in stored],
                        files=files if any(files) else [],
                    ),
                    [
                        Column(field.name, batch.column("record").field(index), json=_is_json(field))
                        for index, field in enumerate(batch.column("record").type)
                    ],
                )

    def rows(self) -> Any:
        """Return the row number of every record within its stretch, as one numpy array."""
        import numpy as np

        found = [
            self._batch(part, batch).column("row").to_numpy()
            for part, sizes in enumerate(self._batch_starts)
            for batch in range(len(sizes) - 1)
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _home(self, place: int) -> tuple[int, int, int]:
        """Return part and batch of a record, and its place in that batch."""
        part = bisect_right(self._starts, place) - 1
        inside = place - self._starts[part]
        batch = bisect_right(self._batch_starts[part], inside) - 1
        return part, batch, inside - self._batch_starts[part][batch]

    def _batch(self, part: int, batch: int) -> RecordBatch:
        import pyarrow as pa

        # A batch is a view into the mapped file: holding it costs nothing, finding it anew a tenth of a millisecond.
        held = self._batches.get((part, batch))
        if held is None:
            if part not in self._open:
                # Mapped by Python rather than by Arrow, which asks the system to read ahead a whole batch for a record.
                with (self._folder / self._parts[part].name).open("rb") as file:
                    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._maps.append(mapped)
                self._open[part] = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped)))
            held = self._batches[part, batch] = self._open[part].get_batch(batch)
        return held

    def _give_back(self, records: int) -> None:
        """Let go of what was looked at now and then: mapped pages count as this process's memory until they are."""
        self._lent += max(records, _RECORDS_A_LOOK)
        if self._lent >= _LENT_AT_MOST and hasattr(mmap, "MADV_DONTNEED"):
            self._lent = 0
            for mapped in self._maps:
                mapped.madvise(mmap.MADV_DONTNEED)


def _decoded(batch: RecordBatch) -> list[Stored]:
    record = batch.column("record")
    names = [field.name for field in record.type]
    columns = []
    for index, field in enumerate(record.type):
        values = record.field(index).to_pylist()
        if _is_json(field):
            values = [None if text is None else _Value(_loaded(text)) for text in values]
        columns.append(values)
    places = zip(*(batch.column(name).to_pylist() for name in ("row", "line", "file")), strict=True)
    found = []
    for place, (row, line, file) in enumerate(places):
        values = {}
        for name, column in zip(names, columns, strict=True):
            value = column[place]
            if value is not None:
                values[name] = value.value if type(value) is _Value else value
        found.append(Stored(row, line, file or "", values))
    return found


def _is_json(field: Any) -> bool:
    return field.metadata is not None and b"json" in field.metadata


class _Value:
    """A value out of JSON, which may be nothing without being absent."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _dumped(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):  # half a character, a whole number beyond 64 bits, bytes
        # The space says which reader keeps every digit of it.
        return " " + json.dumps(value, default=str)


def _loaded(text: str) -> Any:
    return json.loads(text) if text.startswith(" ") else orjson.loads(text)
