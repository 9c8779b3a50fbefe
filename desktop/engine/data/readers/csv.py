"""CSV: cells between commas, semicolons or bars, found out by looking; it knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.delimited import about_table, dialect_of, read_table
from desktop.engine.data.rows import BadRow, Record


class Csv(Reader):
    """A ``.csv`` file with the column names in its first row."""

    id: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV"
    summary: ClassVar[str] = "A table as text, column names in the first row."
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".csv.gz")
    order: ClassVar[int] = 30

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the rows below the heading."""
        return read_table(path, dialect_of(path, encoding), encoding)

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return encoding, delimiter, quotes and where the column names come from."""
        return about_table(path, encoding) if path.is_file() else {}
