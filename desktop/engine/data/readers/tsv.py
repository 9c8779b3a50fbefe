"""TSV: cells between tabs; it knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.delimited import about_table, dialect_of, read_table
from desktop.engine.data.rows import BadRow, Record

_TAB = "\t"


class Tsv(Reader):
    """A ``.tsv`` file with the column names in its first row."""

    id: ClassVar[str] = "tsv"
    title: ClassVar[str] = "TSV"
    summary: ClassVar[str] = "A table as text with tabs between the cells, column names in the first row."
    suffixes: ClassVar[tuple[str, ...]] = (".tsv", ".tab", ".tsv.gz")
    order: ClassVar[int] = 40

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the rows below the heading."""
        return read_table(path, dialect_of(path, encoding, _TAB), encoding)

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return encoding, quotes and where the column names come from."""
        return about_table(path, encoding, _TAB) if path.is_file() else {}
