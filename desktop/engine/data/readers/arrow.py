"""Arrow: a single file or stream, or a folder the datasets library saved; it knows nothing of what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.data.arrow_batches import not_readable, records_of
from desktop.engine.data.files import check_present
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.rows import BadRow, Record


class Arrow(Reader):
    """An ``.arrow`` file, or a folder with ``data-*.arrow`` files beside a ``state.json``."""

    id: ClassVar[str] = "arrow"
    title: ClassVar[str] = "Arrow"
    summary: ClassVar[str] = "A table in memory form, as the datasets library saves it."
    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather")
    order: ClassVar[int] = 60

    def takes(self, path: Path) -> bool:
        """Tell whether ``path`` is such a file or folder."""
        return super().takes(path) or (path.is_dir() and (path / "state.json").is_file() and bool(_parts(path)))

    def read(self, path: Path) -> Iterator[Record | BadRow]:
        """Yield the rows of the file, or of the folder's files in order of their names."""
        import pyarrow as pa

        row = 0
        for part in _parts(path) if path.is_dir() else [path]:
            check_present(part)
            try:
                for record in records_of(_batches(part), row):
                    row = record.row
                    yield record
            except (pa.ArrowException, OSError) as error:
                raise not_readable(part, "Arrow") from error


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("data-*.arrow"))


def _batches(path: Path) -> Iterator[Any]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        try:
            with pa.ipc.open_file(source) as file:
                for index in range(file.num_record_batches):
                    yield file.get_batch(index)
        except pa.ArrowInvalid:  # not the file form: the stream form has no closing table of contents
            source.seek(0)
            with pa.ipc.open_stream(source) as stream:
                yield from stream
