"""What was found about single rows while they were read and mapped, column by column; it knows no check by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from desktop.engine.data.rows import BadRow

if TYPE_CHECKING:
    from pyarrow import Table

State: TypeAlias = Literal["bad", "skipped", "fixed", "kept"]
"""``bad``: no row can be made of it; ``skipped``: left out by choice; ``fixed``: mended; ``kept``: used as it is."""

RAW = 2000
"""Characters of a row that are kept to be shown."""


@dataclass(frozen=True)
class Finding:
    """One thing found about one row.

    Attributes:
        row: place among the rows of the source, from 1.
        line: line of the file where it begins, 0 where the format has no lines.
        file: name of the file where there are several.
        check: id of the check that found it.
        reason: what is wrong, a clause.
        state: what became of the row.
        raw: the beginning of what stands there, for rows that could not be read.
    """

    row: int
    line: int
    file: str
    check: str
    reason: str
    state: State
    raw: str = ""

    @property
    def place(self) -> str:
        """Return where it stands, as sentences say it."""
        where = f"line {self.line:,}" if self.line else f"row {self.row:,}"
        return f"{self.file}, {where}" if self.file else where


class Found:
    """Findings as columns, to be written and read as Arrow."""

    def __init__(self) -> None:
        """Begin with none."""
        self._columns: dict[str, list[Any]] = {
            name: [] for name in ("row", "line", "file", "check", "reason", "state", "raw")
        }

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._columns["row"])

    def add(self, finding: Finding) -> None:
        """Append one."""
        for name, column in self._columns.items():
            column.append(getattr(finding, name))

    def add_unreadable(self, bad: BadRow) -> None:
        """Append a row that could not be read."""
        self.add(Finding(bad.row, bad.line, bad.file, bad.check, _sound(bad.reason), "bad", _sound(bad.raw[:RAW])))

    def save(self, path: Path) -> None:
        """Write all of them."""
        save_table(self.table(), path)

    def table(self) -> Table:
        """Return them as an Arrow table."""
        import pyarrow as pa

        return pa.table(self._columns, schema=schema())


def schema() -> Any:
    """Return the columns of stored findings."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [("row", pa.int64()), ("line", pa.int64()), ("file", text), ("check", text), ("reason", text), ("state", text),
         ("raw", text)]
    )  # fmt: skip


def save_table(table: Table, path: Path) -> None:
    """Write ``table`` as one Arrow file."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def load_table(path: Path) -> Table:
    """Map a file written by :func:`save_table` into memory."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def findings_in(table: Table) -> Iterator[Finding]:
    """Yield the findings of ``table``."""
    for batch in table.to_batches():
        for values in batch.to_pylist():
            yield Finding(**values)


def _sound(text: str) -> str:
    """Return ``text`` without halves of characters, which nothing can store."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
