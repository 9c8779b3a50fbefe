"""JSON Lines, also packed with gzip; it knows nothing of what the rows mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.files import head
from desktop.engine.data.json_lines import read_json_lines
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.readers.json import Json
from desktop.engine.data.rows import BadRow, Record


class JsonLines(Reader):
    """A ``.jsonl`` file; one that opens with a square bracket is read as a JSON list."""

    id: ClassVar[str] = "jsonl"
    title: ClassVar[str] = "JSON Lines"
    summary: ClassVar[str] = "One row a line, each in braces."
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
    order: ClassVar[int] = 20

    def read(self, path: Path) -> Iterator[Record | BadRow]:
        """Yield a record or its fault for every line."""
        if head(path).lstrip()[:1] == b"[":
            return Json().read(path)
        return read_json_lines(path)
