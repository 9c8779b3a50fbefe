"""JSON: a list of rows in one file, or rows under a name; it knows nothing of what the rows mean."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.data.files import head, text_of
from desktop.engine.data.json_lines import read_json_lines
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.data.strict_json import BrokenJSON, skip_space, value_at
from desktop.engine.errors import RequestError


class Json(Reader):
    """A ``.json`` file; one that holds a row a line is read as JSON Lines."""

    id: ClassVar[str] = "json"
    title: ClassVar[str] = "JSON"
    summary: ClassVar[str] = "A list of rows in square brackets."
    suffixes: ClassVar[tuple[str, ...]] = (".json", ".json.gz")
    order: ClassVar[int] = 10

    def read(self, path: Path) -> Iterator[Record | BadRow]:
        """Yield the elements of the list, each with the line it starts on."""
        if head(path).lstrip()[:1] == b"{" and _has_value_a_line(path):
            return read_json_lines(path)
        return _elements(path, text_of(path))


def _elements(path: Path, text: str) -> Iterator[Record | BadRow]:
    start = skip_space(text, 0)
    if start == len(text):
        raise RequestError("empty_file", f"{path.name} holds nothing but white space.", "Choose another file.")
    if text[start] == "{":
        values = _value(path, text, start)[0]
        yield from _under_a_name(values)
        return
    if text[start] != "[":
        _value(path, text, start)
        raise RequestError(
            "no_rows",
            f"{path.name} is JSON, but not a list of rows.",
            "Write it as [{...}, {...}], one object a row.",
        )
    position, row, line, counted = start + 1, 0, 1, 0
    while True:
        position = skip_space(text, position)
        if text[position : position + 1] == "]" and row == 0:
            return
        line += text.count("\n", counted, position)
        counted = position
        value, position = _value(path, text, position)
        row += 1
        yield _record(row, line, value)
        position = skip_space(text, position)
        mark = text[position : position + 1]
        if mark == "]":
            _check_rest(path, text, position + 1)
            return
        if mark != ",":
            raise _broken(path, text, BrokenJSON("a comma is missing between two rows", position, at_end=mark == ""))
        position += 1


def _value(path: Path, text: str, position: int) -> tuple[Any, int]:
    try:
        return value_at(text, position)
    except BrokenJSON as error:
        raise _broken(path, text, error) from error


def _check_rest(path: Path, text: str, position: int) -> None:
    end = skip_space(text, position)
    if end != len(text):
        raise _broken(path, text, BrokenJSON("something follows the closing bracket", end))


def _broken(path: Path, text: str, error: BrokenJSON) -> RequestError:
    line = text.count("\n", 0, error.position) + 1
    column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
    if error.at_end:
        return RequestError(
            "half_json",
            f"{path.name} breaks off: it ends on line {line} in the middle of a row.",
            "It was probably not saved or copied to its end; get the whole file and try again.",
        )
    return RequestError(
        "broken_json",
        f"{path.name} is not valid JSON: line {line}, column {column}: {error.reason}.",
        "Correct that line, or save the rows one a line as .jsonl, where a broken row costs only itself.",
    )


def _under_a_name(values: dict[str, Any]) -> Iterator[Record | BadRow]:
    """Yield the rows of an object: a list of them under some name, a list a column, or the object itself."""
    lists = [value for value in values.values() if isinstance(value, list) and value]
    rows = [found for found in lists if isinstance(found[0], dict)]
    if any(key in values for key in ("messages", "conversations", "conversation")):
        yield _record(1, 1, values)
    elif len(rows) == 1:
        for row, value in enumerate(rows[0], start=1):
            yield _record(row, 0, value)
    elif not rows and len(lists) == len(values) and len({len(found) for found in lists}) == 1:
        for row, cells in enumerate(zip(*lists, strict=True), start=1):
            yield Record(row, 0, dict(zip(values, cells, strict=True)))
    else:
        yield _record(1, 1, values)


def _record(row: int, line: int, value: Any) -> Record | BadRow:
    if isinstance(value, dict):
        return Record(row, line, value)
    if isinstance(value, str):
        return Record(row, line, {"text": value})
    return BadRow(row, line, "the row is not an object: names and values in braces are expected")


def _has_value_a_line(path: Path) -> bool:
    start = head(path, 1 << 20)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    text = start.decode("utf-8", "ignore")
    try:
        _, end = value_at(text)
    except BrokenJSON:
        return False
    behind = skip_space(text, end)
    return behind < len(text) and "\n" in text[end:behind]
