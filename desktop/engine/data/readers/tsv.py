"""TSV: cells between tabs; it knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.delimited import read_table
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.rows import BadRow, Record


class Tsv(Reader):
    """A ``.tsv`` file with the column names in its first row."""

    id: ClassVar[str] = "tsv"
    title: ClassVar[str] = "TSV"
    summary: ClassVar[str] = "A table as text with tabs between the cells, column names in the first row."
    suffixes: ClassVar[tuple[str, ...]] = (".tsv", ".tab", ".tsv.gz")
    order: ClassVar[int] = 40

    def read(self, path: Path) -> Iterator[Record | BadRow]:
        """Yield the rows below the heading."""
        return read_table(path, "\t")
