"""A folder of documents of several kinds, each read by its own reader; it knows none of their formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers import READERS
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError


class Documents(Reader):
    """A folder that holds text, Markdown, PDF and Word files at any depth."""

    id: ClassVar[str] = "documents"
    title: ClassVar[str] = "Documents"
    summary: ClassVar[str] = "A folder of text, Markdown, PDF and Word files."
    order: ClassVar[int] = 200

    def takes_name(self, name: str) -> bool:
        """Tell whether one of the document readers would take a file of this name."""
        return _reader_of(name) is not None

    def takes(self, path: Path) -> bool:
        """Leave every file and folder to the others; several kinds together are handed to this one."""
        return False

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield what the file's own reader does; a document that cannot be read costs only itself."""
        reader = _reader_of(path.name)
        if reader is None:
            raise RequestError(
                "unknown_format", f"{path.name} is no document that is known here.", "Choose another file or format."
            )
        row = 0
        try:
            for found in reader.read_file(path, encoding):
                row = found.row
                yield found
        except RequestError as error:
            yield BadRow(row + 1, 0, error.message, check="broken")


def _reader_of(name: str) -> Reader | None:
    return next((reader for reader in READERS.all() if reader.documents and reader.takes_name(name)), None)
