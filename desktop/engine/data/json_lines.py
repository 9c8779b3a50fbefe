"""JSON Lines: one row a line, so that a broken line costs only itself; it knows nothing of what the rows mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop.engine.data.files import lines_of, why_no_text
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.data.strict_json import BrokenJSON, whole_value


def read_json_lines(path: Path) -> Iterator[Record | BadRow]:
    """Yield a record or its fault for every line that is not blank."""
    row = 0
    for number, line in lines_of(path):
        if line is not None and not line.strip():
            continue
        row += 1
        yield read_line(row, number, line)


def read_line(row: int, number: int, line: bytes | None) -> Record | BadRow:
    """Return the record of one line, or its fault; ``None`` stands for a line too long to read."""
    if line is None:
        return BadRow(row, number, "the line is longer than 64 MB")
    if reason := why_no_text(line):
        return BadRow(row, number, reason)
    try:
        value = whole_value(line.decode("utf-8"))
    except BrokenJSON as error:
        return BadRow(row, number, f"broken JSON at column {error.position + 1}: {error.reason}")
    if isinstance(value, str):
        return Record(row, number, {"text": value})
    if not isinstance(value, dict):
        return BadRow(row, number, "the line is not an object: names and values in braces are expected")
    return Record(row, number, value)
