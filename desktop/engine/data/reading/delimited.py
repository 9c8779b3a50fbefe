"""Tables as text: cells between delimiters, names in the first row; it knows nothing of what the cells mean."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from desktop.engine.data.reading.dialect import DELIMITERS, Dialect, is_heading, lines_in, sniff
from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.reading.lines import RAW, decoded, holds_escapes, line_codec, lines_of, sample_of, shown
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

LONGEST_CELL = 16 * 1024 * 1024
"""Characters of one cell beyond which a quote was forgotten; the parser needs four bytes for each."""


def dialect_of(path: Path, asked: str = "auto", delimiters: str = DELIMITERS) -> Dialect:
    """Return how the table in ``path`` is written."""
    return sniff(sample_of(path, asked), delimiters)


def about_table(path: Path, asked: str, delimiters: str = DELIMITERS) -> dict[str, str]:
    """Return what was found out about how the table is written, in words."""
    dialect = dialect_of(path, asked, delimiters)
    first = next((cells for cells in _parsed(sample_of(path, asked), dialect) if any(cells)), [])
    heading = "the first row" if is_heading(first) else "none: the first row is data, so the columns are numbered"
    return {"encoding": encoding_of(path, asked).title, **dialect.words(), "heading": heading}


def read_table(path: Path, dialect: Dialect, asked: str = "auto") -> Iterator[Record | BadRow]:
    """Yield the rows under the heading; a row with too many or too few cells is a fault, never padded."""
    # The default refuses cells above 128 KB, and documents are longer.
    csv.field_size_limit(LONGEST_CELL)
    feed = _Feed(path, asked)
    rows = _rows(feed, dialect)
    first = next((found for found in rows if isinstance(found[2], str) or any(found[2])), None)
    if first is None:
        raise RequestError("empty_file", f"{path.name} holds no row at all.", "Choose another file.")
    line, raw, cells = first
    if isinstance(cells, str):
        raise RequestError(
            "broken_table", f"The first row of {path.name} cannot be read: {cells}.", "Correct its quotes."
        )
    if is_heading(cells):
        names = _heading(path, cells)
    else:
        names = [f"column {index}" for index, _ in enumerate(cells, start=1)]
        rows = chain([(line, raw, cells)], rows)
    for row, (line, raw, cells) in enumerate(rows, start=1):
        yield _record(row, line, raw, names, cells)


class _Feed:
    """Lines for the parser; it remembers those handed out since the last row, to show them.

    Attributes:
        cut: whether one of them was too long to be read.
    """

    def __init__(self, path: Path, asked: str) -> None:
        self._encoding = encoding_of(path, asked)
        self._path = path
        self._size = 0
        self._recent: list[str] = []
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        for line in lines_of(self._path, self._encoding):
            data = line.data
            text = decoded(data, self._encoding)[0] if line.whole else shown(data, line_codec(self._encoding))
            text += "\n"
            if self._size < RAW:
                self._recent.append(text)
                self._size += len(text)
            if not line.whole:
                self.cut = True
                text = "\n"
            yield text

    def taken(self) -> str:
        raw = "".join(self._recent)[:RAW]
        self._recent, self._size = [], 0
        return raw


def _rows(feed: _Feed, dialect: Dialect) -> Iterator[tuple[int, str, list[str] | str]]:
    """Yield line, raw text and cells of each row, or in place of the cells what is wrong with it."""
    rows = csv.reader(feed, **dialect.options())
    before = 0
    while True:
        found: list[str] | str
        try:
            found = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            found = _why(error, rows.line_num - before)
        line, before = before + 1, rows.line_num
        raw = feed.taken()
        if feed.cut:
            feed.cut = False
            found = "the line is longer than 64 MB"
        if found:  # a blank line has no cells
            yield line, raw, found


def _parsed(sample: str, dialect: Dialect) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines_in(sample), **dialect.options())
    except csv.Error:
        return


def _heading(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if holds_escapes("".join(names)):
        raise RequestError(
            "not_text",
            f"The column names of {path.name} hold bytes that are not text in its encoding.",
            "Open it in the program that wrote it and save it with the encoding UTF-8, or say its encoding.",
        )
    names = [name or f"column {index}" for index, name in enumerate(names, start=1)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise RequestError(
            "same_column_twice", f"{path.name} has two columns called {twice[:80]!r}.", "Rename one in the first row."
        )
    return names


def _record(row: int, line: int, raw: str, names: list[str], cells: list[str] | str) -> Record | BadRow:
    if (isinstance(cells, str) or len(cells) != len(names)) and holds_escapes(raw):
        return BadRow(row, line, "it holds bytes that are not text in the file's encoding", "", "encoding", shown(raw))
    if isinstance(cells, str):
        return BadRow(row, line, cells, check="broken", raw=shown(raw))
    if len(cells) != len(names):
        reason = f"it has {len(cells)} cells, the heading has {len(names)} columns"
        return BadRow(row, line, reason, check="broken", raw=shown(raw))
    for name, cell in zip(names, cells, strict=True):
        if holds_escapes(cell):
            reason = f"column `{name[:80]}` holds bytes that are not text in the file's encoding"
            return BadRow(row, line, reason, check="encoding", raw=shown(raw))
    return Record(row, line, dict(zip(names, cells, strict=True)))


def _why(error: csv.Error, lines: int) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        lost = f" ({lines:,} lines)" if lines > 1 else ""
        return f"a quote opened in this row is never closed, so nothing after it can be told apart{lost}"
    if "field larger" in text:
        return f"a cell is longer than {LONGEST_CELL:,} characters; probably a quote is never closed ({lines:,} lines)"
    if "expected after" in text:
        return "text follows a closing quote; a quote inside a cell is written twice"
    if "new-line character" in text:
        return "a carriage return stands in the middle of a cell without quotes"
    return f"the row cannot be read ({text})"
