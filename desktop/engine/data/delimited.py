"""Tables as text: cells between delimiters, names in the first row; it knows nothing of what the cells mean."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from desktop.engine.data.files import text_stream
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

DELIMITERS = ",;\t|"


def sniff_delimiter(path: Path) -> str:
    """Return the delimiter that cuts the first rows most evenly; a comma where none does."""
    with text_stream(path) as text:
        sample = text.read(65_536)
    return max(DELIMITERS, key=lambda mark: (_evenness(sample, mark), -DELIMITERS.index(mark)))


def read_table(path: Path, delimiter: str) -> Iterator[Record | BadRow]:
    """Yield the rows under the heading; a row with too many or too few cells is a fault, never padded."""
    # The default refuses cells above 128 KB, and documents are longer.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with text_stream(path) as text:
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        names = _heading(path, rows)
        row, before = 0, rows.line_num
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                row += 1
                yield BadRow(row, before + 1, _why(error))
                before = rows.line_num
                continue
            line, before = before + 1, rows.line_num
            if cells:  # a blank line has none
                row += 1
                yield _record(row, line, names, cells)


def _heading(path: Path, rows: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip() for name in next((cells for cells in rows if any(cells)), [])]
    except csv.Error as error:
        raise RequestError(
            "broken_table", f"The first row of {path.name} cannot be read: {_why(error)}.", "Correct its quotes."
        ) from error
    if not names:
        raise RequestError("empty_file", f"{path.name} holds no row at all.", "Choose another file.")
    if _escaped("".join(names)):
        raise RequestError(
            "not_text",
            f"The column names of {path.name} hold bytes that are not UTF-8 text.",
            "Open it in the program that wrote it and save it with the encoding UTF-8.",
        )
    names = [name or f"column {index}" for index, name in enumerate(names, start=1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RequestError(
            "same_column_twice", f"{path.name} has two columns called {twice!r}.", "Rename one in the first row."
        )
    return names


def _record(row: int, line: int, names: list[str], cells: list[str]) -> Record | BadRow:
    if len(cells) != len(names):
        return BadRow(row, line, f"it has {len(cells)} cells, the heading has {len(names)} columns")
    for name, cell in zip(names, cells, strict=True):
        if _escaped(cell):
            return BadRow(row, line, f"column `{name}` holds bytes that are not UTF-8 text")
    return Record(row, line, dict(zip(names, cells, strict=True)))


def _escaped(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)


def _why(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quote opened in this row is never closed, so nothing after it can be told apart"
    if "expected after" in str(error):
        return "text follows a closing quote; a quote inside a cell is written twice"
    return f"the row cannot be read ({error})"


def _evenness(sample: str, mark: str) -> int:
    try:
        rows = [cells for cells in csv.reader(sample.splitlines()[:50], delimiter=mark) if cells]
    except csv.Error:
        return 0
    if not rows or len(rows[0]) < 2:
        return 0
    return len(rows[0]) if all(len(cells) == len(rows[0]) for cells in rows[:-1]) else 1
