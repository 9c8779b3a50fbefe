"""JSON: a list of rows in one file, or rows under a name; it knows nothing of what the rows mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.reading.json_lines import read_json_lines
from desktop.engine.data.reading.json_rows import rows_in
from desktop.engine.data.reading.lines import sample_of
from desktop.engine.data.reading.strict_json import BrokenJSON, skip_space, value_at, whole_value
from desktop.engine.data.rows import BadRow, Record


class Json(Reader):
    """A ``.json`` file; one that holds a row a line is read as JSON Lines."""

    id: ClassVar[str] = "json"
    title: ClassVar[str] = "JSON"
    summary: ClassVar[str] = "A list of rows in square brackets."
    suffixes: ClassVar[tuple[str, ...]] = (".json", ".json.gz")
    order: ClassVar[int] = 10

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the elements of the list, each with the line it starts on."""
        if _has_value_a_line(sample_of(path, encoding, 1 << 20)):
            return read_json_lines(path, encoding)
        return rows_in(path, encoding)

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return the encoding."""
        return {"encoding": encoding_of(path, encoding).title}


def _has_value_a_line(start: str) -> bool:
    """Tell whether an object ends with its line and something follows, or the second line is one by itself."""
    begin = skip_space(start, 0)
    if start[begin : begin + 1] != "{":
        return False
    try:
        end = value_at(start, begin)[1]
    except BrokenJSON as error:
        end = error.end or 0
    behind = skip_space(start, end)
    if end and "\n" not in start[begin:end]:
        return behind < len(start) and ("\n" in start[end:behind] or "\r" in start[end:behind])
    first, second, *_ = [*start[begin:].split("\n", 2), ""]
    return first.rstrip().endswith("}") and _is_object(second)


def _is_object(line: str) -> bool:
    try:
        return isinstance(whole_value(line), dict)
    except BrokenJSON as error:
        return error.end is not None
