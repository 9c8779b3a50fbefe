"""What every reader does: say which files it takes, and yield their records; it knows no format in particular."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.reading.files import check_present
from desktop.engine.data.reading.folders import files_below, left_alone
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError


class Reader(ABC):
    """Reads one file format, a file or a folder of them.

    Attributes:
        id: name in job files (``jsonl``).
        title: name on screen.
        summary: one sentence.
        suffixes: endings of the files it takes, lower case, longest first where one ends another.
        order: who is asked first whether it takes a file.
        documents: whether a file is a text to be read rather than a table of rows.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[int] = 100
    documents: ClassVar[bool] = False

    def takes(self, path: Path) -> bool:
        """Tell whether ``path`` looks like this format, by its name; a reader may look inside."""
        return path.is_file() and self.takes_name(path.name)

    def takes_name(self, name: str) -> bool:
        """Tell whether a file called ``name`` would be of this format."""
        return bool(self.suffixes) and name.lower().endswith(self.suffixes)

    def files_in(self, folder: Path) -> list[Path]:
        """Return the files that are read: those below ``folder`` in order of their names, or the one that it is."""
        if not folder.is_dir():
            return [folder]
        return [path for path in files_below(folder) if self.takes_name(path.name)]

    def read(self, path: Path, encoding: str = "auto") -> Iterator[Record | BadRow]:
        """Yield every row in order, readable or not; raise :class:`RequestError` where the file as a whole is not.

        A folder is read as one set, file after file; the rows are counted through, and each says its file.
        """
        if not path.is_dir():
            check_present(path)
            return self.read_file(path, encoding)
        return self._read_folder(path, encoding)

    @abstractmethod
    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the rows of one file, counted from 1."""

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return what was found out about how ``path`` is written (``encoding``, ``delimiter``), in words to show."""
        return {}

    def left_alone(self, path: Path) -> list[str]:
        """Return what in a folder is not read though it is there, each with the reason."""
        return left_alone(path) if path.is_dir() else []

    def _read_folder(self, folder: Path, encoding: str) -> Iterator[Record | BadRow]:
        before = 0
        for file in self.files_in(folder):
            if file.stat().st_size == 0:
                continue
            name = file.relative_to(folder).as_posix()
            row = before
            for found in self.read_file(file, encoding):
                row = before + found.row
                yield replace(found, row=row, file=name)
            before = row
        if before == 0:
            raise RequestError("no_rows", f"The files in {folder} are all empty.", "Choose another folder.")
