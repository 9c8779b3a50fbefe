"""JSON Lines, also packed with gzip; it knows nothing of what the rows mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.reading.json_lines import read_json_lines
from desktop.engine.data.reading.json_rows import rows_in
from desktop.engine.data.reading.lines import sample_of
from desktop.engine.data.rows import BadRow, Record


class JsonLines(Reader):
    """A ``.jsonl`` file; one that opens with a square bracket is read as a JSON list."""

    id: ClassVar[str] = "jsonl"
    title: ClassVar[str] = "JSON Lines"
    summary: ClassVar[str] = "One row a line, each in braces."
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
    order: ClassVar[int] = 20

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield a record or its fault for every line."""
        if sample_of(path, encoding, 4096).lstrip()[:1] == "[":
            return rows_in(path, encoding)
        return read_json_lines(path, encoding)

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return the encoding."""
        return {"encoding": encoding_of(path, encoding).title}
