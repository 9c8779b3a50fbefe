"""Records a few thousand at a time, as the import takes them; it knows no format but the fast lane for JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from desktop.engine.data.reading.files import LONGEST_LINE
from desktop.engine.data.reading.flat import text_columns
from desktop.engine.data.reading.json_lines import read_line
from desktop.engine.data.rows import BadRow, Record

if TYPE_CHECKING:
    from pyarrow import Table

ROWS = 4096
"""Records of a chunk at most."""
LARGE = 16 * 1024 * 1024
"""Characters of a chunk at about most: documents may be long."""
BLOCK = 1024 * 1024
"""Bytes of JSON Lines read at once: small enough that a chunk and all made of it stay in the processor's cache."""
_DEEPEST = 100
_SLICE = 256 * 1024
_TRIES = 8  # blocks that turned out not to be all text before no more are tried so
_NAME_END = re.compile(rb'"[ \t\r]*:')
_FLAT = {str, bool, type(None)}


@dataclass
class Chunk:
    """Some records in the order of their rows, those that could not be read apart.

    Attributes:
        records: the values of each readable record; none where they stand in ``table``.
        table: the same as Arrow columns of text, where nothing else is in them.
        rows: the row number of each.
        lines: the line each begins on.
        bad: what could not be read.
        files: the file each record stands in, empty where there is only one.
        last_row: row number of the last record, readable or not.
        last_line: the last line read.
        size: bytes of the source it was made of, 0 where that is not known.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] | range = field(default_factory=list)
    lines: list[int] | range = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    last_row: int = 0
    last_line: int = 0
    size: int = 0
    table: Table | None = None

    @property
    def count(self) -> int:
        """Return the readable records."""
        return self.table.num_rows if self.table is not None else len(self.records)

    def record(self, number: int) -> dict[str, Any]:
        """Return one readable record."""
        if self.table is None:
            return self.records[number]
        found: dict[str, Any] = self.table.slice(number, 1).to_pylist()[0]
        return found

    def unpacked(self) -> Chunk:
        """Return the same with its records as Python values."""
        return self if self.table is None else replace(self, records=self.table.to_pylist(), table=None)

    def take(self, outcome: Record | BadRow) -> None:
        """Add one record or fault."""
        self.last_row, self.last_line = outcome.row, max(outcome.line, self.last_line)
        if isinstance(outcome, BadRow):
            self.bad.append(outcome)
            return
        self.records.append({str(name): value for name, value in outcome.values.items()})
        assert isinstance(self.rows, list)
        assert isinstance(self.lines, list)
        self.rows.append(outcome.row)
        self.lines.append(outcome.line)
        if outcome.file or self.files:
            self.files += [""] * (len(self.records) - 1 - len(self.files)) + [outcome.file]


def chunked(outcomes: Iterable[Record | BadRow], rows: int = ROWS) -> Iterator[Chunk]:
    """Gather what any reader yields."""
    chunk, size = Chunk(), 0
    for outcome in outcomes:
        chunk.take(outcome)
        if isinstance(outcome, Record):
            size += sum(len(value) for value in outcome.values.values() if type(value) is str)
        if len(chunk.records) + len(chunk.bad) >= rows or size >= LARGE:
            yield chunk
            chunk, size = Chunk(), 0
    if chunk.records or chunk.bad:
        yield chunk


def ranges(path: Path, size: int) -> list[tuple[int, int]]:
    """Return byte ranges of about ``size`` that together are the file and each begin a line."""
    end = path.stat().st_size
    borders = [0]
    with path.open("rb") as file:
        while borders[-1] + size < end:
            file.seek(borders[-1] + size)
            _skip_line(file)
            borders.append(file.tell())
    if borders[-1] < end:
        borders.append(end)
    return list(pairwise(borders))


def json_lines_range(path: Path, start: int, end: int) -> Iterator[Chunk]:
    """Yield the lines of UTF-8 JSON Lines between two byte positions; rows and lines are counted from the first one.

    Blocks of sound lines go through a parser several times as fast as the standard one. Whatever it doubts (a broken
    line, a name that stands twice, a number it would round) is read again line by line with the strict one.
    """
    row = line = 0
    lane = _Lane()
    with path.open("rb") as file:
        file.seek(start)
        left, rest = end - start, b""
        if start == 0 and left >= 3:
            first = file.read(3)
            left -= 3
            rest = b"" if first == b"\xef\xbb\xbf" else first
        while left or rest:
            block = rest + file.read(min(BLOCK, left))
            left -= min(BLOCK, left)
            if left:
                cut = block.rfind(b"\n") + 1
                if cut == 0 and len(block) < LONGEST_LINE:  # one line longer than a block: go on until it ends
                    rest = block
                    continue
                if cut == 0:
                    place, rest = file.tell(), b""
                    _skip_line(file)
                    left -= file.tell() - place
                    row, line = row + 1, line + 1
                    bad = read_line(row, line, None)
                    yield Chunk(bad=[bad] if isinstance(bad, BadRow) else [], last_row=row, last_line=line)
                    continue
                block, rest = block[:cut], block[cut:]
            else:
                rest = b""
            chunk = lane.read(block, row, line)
            chunk.size = len(block)
            row, line = chunk.last_row, chunk.last_line
            yield chunk


class _Lane:
    """Chooses how each block is parsed: by columns while blocks are alike and all text, else record by record."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._tries = _TRIES

    def read(self, block: bytes, row: int, line: int) -> Chunk:
        if self._names and self._tries:
            table = text_columns(block, self._names)
            if table is not None:
                count = table.num_rows
                rows, lines = range(row + 1, row + count + 1), range(line + 1, line + count + 1)
                return Chunk(rows=rows, lines=lines, last_row=row + count, last_line=line + count, table=table)
            self._tries -= 1
        chunk = _sound(block, row, line) or _line_by_line(block, row, line)
        first = chunk.records[0] if chunk.records else {}
        self._names = tuple(first) if all(type(value) is str for value in first.values()) else ()
        return chunk


def _skip_line(file: IO[bytes]) -> None:
    while (piece := file.readline(1 << 20)) and not piece.endswith(b"\n"):
        pass


def _sound(block: bytes, row: int, line: int) -> Chunk | None:
    """Return the records of ``block`` if each line is one beyond doubt."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    try:
        records = list(map(orjson.loads, lines))
        if set(map(type, records)) - {dict}:
            return None
        kinds = set(map(type, chain.from_iterable(map(dict.values, records))))
        names = sum(map(len, records)) if kinds <= _FLAT else sum(map(_names_in, records))
    except (orjson.JSONDecodeError, TypeError, _DoubtError):
        return None
    # Behind each name stands a colon, so more of these than names kept means one stood twice (or a text looks so).
    if names != _colons(block) and names != len(_NAME_END.findall(block)):
        return None
    count = len(records)
    return Chunk(
        records, list(range(row + 1, row + count + 1)), list(range(line + 1, line + count + 1)),
        last_row=row + count, last_line=line + count,
    )  # fmt: skip


def _colons(block: bytes) -> int:
    """Count colons behind a quote or white space: never fewer than there are names, and counted in no time."""
    import numpy as np

    data = np.frombuffer(block, np.uint8)
    found = 0
    for start in range(0, len(data), _SLICE):
        part = data[start : start + _SLICE + 1]
        found += int(np.count_nonzero((part[:-1] <= ord('"')) & (part[1:] == ord(":"))))
    return found


class _DoubtError(Exception):
    """A value that the strict reader should look at."""


def _names_in(record: Any) -> int:
    if type(record) is not dict:
        raise _DoubtError
    names = len(record)
    for value in record.values():
        if type(value) is not str:
            names += _names_below(value, 1)
    return names


def _names_below(value: Any, depth: int) -> int:
    if depth > _DEEPEST:
        raise _DoubtError
    kind = type(value)
    if kind is dict:
        return len(value) + sum(_names_below(inner, depth + 1) for inner in value.values() if type(inner) is not str)
    if kind is list:
        return sum(_names_below(inner, depth + 1) for inner in value if type(inner) is not str)
    if kind is float and abs(value) >= 2**53:
        raise _DoubtError  # perhaps a whole number of many digits
    return 0


def _line_by_line(block: bytes, row: int, line: int) -> Chunk:
    chunk = Chunk(last_row=row, last_line=line)
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for data in lines:
        line += 1
        if data.strip():
            row += 1
            chunk.take(read_line(row, line, data.rstrip(b"\r")))
    chunk.last_row, chunk.last_line = row, line
    return chunk
