"""Keeps tokenised rows on their way to the trainer: in memory while they are few, in a file once they are many.

It knows Arrow, and neither tokenizers nor objectives.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Dataset

IN_MEMORY = 20_000
_CHUNK = 1000


class TokenStore:
    """Takes tokenised rows one by one and gives them back as a data set.

    Attributes:
        rows: rows taken.
    """

    def __init__(self, *lists: str, numbers: tuple[str, ...] = (), folder: Path | None = None) -> None:
        """Hold columns of token ids called ``lists`` and columns of single ``numbers``.

        A large set goes into a file in ``folder``, or in a folder of its own that goes with the data set.
        """
        self._names = (*lists, *numbers)
        self._numbers = numbers
        self._folder = folder
        self._waiting: list[dict[str, Any]] = []
        self._chunks: list[Any] = []
        self._file: Path | None = None
        self._writer: Any = None
        self.rows = 0

    def add(self, row: dict[str, Any]) -> None:
        """Take one row."""
        self._waiting.append(row)
        self.rows += 1
        if len(self._waiting) == _CHUNK:
            self._pack()

    def finish(self) -> Dataset:
        """Return everything taken, in order; nothing can be added any more."""
        import pyarrow as pa
        from datasets import Dataset
        from datasets.table import InMemoryTable

        self._pack()
        if self._writer is None:
            return Dataset(InMemoryTable(pa.Table.from_batches(self._chunks, schema=self._schema())))
        self._writer.close()
        made = Dataset.from_file(str(self._file))
        if self._folder is None and self._file is not None:
            weakref.finalize(made, shutil.rmtree, self._file.parent, ignore_errors=True)
        return made

    def _pack(self) -> None:
        import pyarrow as pa

        if not self._waiting:
            return
        schema = self._schema()
        columns = [self._column(name, schema.field(name).type) for name in self._names]
        self._waiting.clear()
        chunk = pa.RecordBatch.from_arrays(columns, schema=schema)
        if self._writer is not None:
            self._writer.write_batch(chunk)
            return
        self._chunks.append(chunk)
        if self.rows >= IN_MEMORY:
            self._to_file()

    def _column(self, name: str, kind: Any) -> Any:
        import numpy as np
        import pyarrow as pa

        values = [row[name] for row in self._waiting]
        if name in self._numbers:
            return pa.array(values, type=kind)
        # Laid end to end in C: Arrow looks at every number of nested lists twice, in Python.
        ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
        flat = np.fromiter(chain.from_iterable(values), kind.value_type.to_pandas_dtype(), count=int(ends[-1]))
        return pa.ListArray.from_arrays(pa.array(ends), pa.array(flat), type=kind)

    def _to_file(self) -> None:
        import pyarrow as pa

        folder = self._folder or Path(tempfile.mkdtemp(prefix="fettle-rows-"))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".arrow", delete=False) as made:
            self._file = Path(made.name)
        self._writer = pa.ipc.new_stream(str(self._file), self._schema())
        for chunk in self._chunks:
            self._writer.write_batch(chunk)
        self._chunks.clear()

    def _schema(self) -> Any:
        import pyarrow as pa

        # A mask of ones needs no four bytes a token.
        kinds = {"attention_mask": pa.int8()}
        return pa.schema(
            [
                (name, pa.int64() if name in self._numbers else pa.list_(kinds.get(name, pa.int32())))
                for name in self._names
            ]
        )


def tokens_in(rows: Dataset, *columns: str) -> int:
    """Return the tokens of ``columns`` together, without unpacking a row."""
    import pyarrow.compute as pc

    return sum(pc.sum(pc.list_value_length(rows.data.column(column))).as_py() or 0 for column in columns)


def longest_in(rows: Dataset, *columns: str) -> int:
    """Return the tokens of ``columns`` in the row that has most of them."""
    import pyarrow.compute as pc

    if not len(rows):
        return 0
    lengths = [pc.list_value_length(rows.data.column(column)) for column in columns]
    total = lengths[0]
    for more in lengths[1:]:
        total = pc.add(total, more)
    return int(pc.max(total).as_py())
