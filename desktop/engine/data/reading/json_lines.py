"""JSON Lines: one row a line, so that a broken line costs only itself; it knows nothing of what the rows mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop.engine.data.reading.encoding import Encoding, encoding_of
from desktop.engine.data.reading.lines import decoded, line_codec, lines_of, shown
from desktop.engine.data.reading.strict_json import BrokenJSON, whole_value
from desktop.engine.data.rows import BadRow, Record

_UTF8 = Encoding("utf-8", 0, "")


def read_json_lines(path: Path, asked: str = "auto") -> Iterator[Record | BadRow]:
    """Yield a record or its fault for every line that is not blank, read in the encoding asked for."""
    encoding = encoding_of(path, asked)
    row = 0
    for number, data, whole in lines_of(path, encoding):
        if whole and not data.strip():
            continue
        row += 1
        if whole:
            yield read_line(row, number, data.rstrip(b"\r"), encoding)
        else:
            yield too_long(row, number, data, encoding)


def read_line(row: int, number: int, line: bytes | None, encoding: Encoding = _UTF8) -> Record | BadRow:
    """Return the record of one line, or its fault; ``None`` stands for a line too long to read."""
    if line is None:
        return too_long(row, number, b"", encoding)
    text, reason = decoded(line, encoding)
    if reason:
        return BadRow(row, number, reason, check="encoding", raw=shown(text))
    try:
        value = whole_value(text)
    except BrokenJSON as error:
        place = "" if error.end is not None else f" at column {error.position + 1}"
        return BadRow(row, number, f"broken JSON{place}: {error.reason}", check="broken", raw=shown(text))
    return record_of(row, number, value, text, "line")


def record_of(row: int, number: int, value: Any, text: str, noun: str) -> Record | BadRow:
    """Return the record that a JSON value is, or the fault where it is neither object nor text."""
    if isinstance(value, str):
        return Record(row, number, {"text": value})
    if not isinstance(value, dict):
        reason = f"the {noun} is not an object: names and values in braces are expected"
        return BadRow(row, number, reason, check="wrong_type", raw=shown(text))
    return Record(row, number, value)


def too_long(row: int, number: int, start: bytes, encoding: Encoding, file: str = "") -> BadRow:
    """Return the fault of a line beyond the longest."""
    raw = shown(start, line_codec(encoding))
    return BadRow(row, number, "the line is longer than 64 MB", file, "broken", raw)
