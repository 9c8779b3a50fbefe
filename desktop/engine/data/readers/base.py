"""What every reader does: say which files it takes, and yield their records; it knows no format in particular."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.rows import BadRow, Record


class Reader(ABC):
    """Reads one file format.

    Attributes:
        id: name in job files (``jsonl``).
        title: name on screen.
        summary: one sentence.
        suffixes: endings of the files it takes, lower case, longest first where one ends another.
        order: who is asked first whether it takes a file.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[int] = 100

    def takes(self, path: Path) -> bool:
        """Tell whether ``path`` looks like this format, by its name; a reader may look inside."""
        return path.is_file() and path.name.lower().endswith(self.suffixes)

    @abstractmethod
    def read(self, path: Path) -> Iterator[Record | BadRow]:
        """Yield every row in order, readable or not; raise :class:`RequestError` where the file as a whole is not."""
