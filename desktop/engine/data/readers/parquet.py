"""Parquet: columns packed by machines; it knows nothing of what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.arrow_batches import not_readable, records_of
from desktop.engine.data.rows import BadRow, Record


class Parquet(Reader):
    """A ``.parquet`` file, read a batch at a time, or a folder of them."""

    id: ClassVar[str] = "parquet"
    title: ClassVar[str] = "Parquet"
    summary: ClassVar[str] = "A table packed for machines, as data hubs store it."
    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")
    order: ClassVar[int] = 50

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the rows in file order."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                yield from records_of(path, file.iter_batches(batch_size=1024), 0)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise not_readable(path, "Parquet") from error
