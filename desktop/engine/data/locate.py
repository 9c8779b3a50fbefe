"""Where the rows of a source lie and who reads them: one file, a folder, several files of a kind, the hub's cache.

It knows neither columns nor shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from desktop.engine.data.library.importing import ReadJob
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.reading.files import head
from desktop.engine.data.reading.find_reader import reader_for
from desktop.engine.data.reading.lines import line_end
from desktop.engine.data.source import DataSource
from desktop.engine.errors import RequestError

HUB = "hub:"
_MENDING = "mend"
_LINES = "jsonl"


@dataclass(frozen=True)
class Located:
    """The files of one source.

    Attributes:
        files: what is read one after the other.
        reader: who reads them.
        encoding: how the bytes of text files become text, as readers are told.
        asked: the files and folders they were found by.
    """

    files: tuple[Path, ...]
    reader: Reader
    encoding: str
    asked: tuple[Path, ...]

    @property
    def name(self) -> str:
        """Return what sentences call the source."""
        return self.asked[0].name

    @property
    def names(self) -> tuple[str, ...]:
        """Return what findings call each file; empty where there is only one."""
        if len(self.files) == 1:
            return ("",)
        roots = {path for path in self.asked if path.is_dir()}
        return tuple(
            next((file.relative_to(root).as_posix() for root in roots if file.is_relative_to(root)), file.name)
            for file in self.files
        )

    def job(self, source: DataSource) -> ReadJob:
        """Return what an import has to do."""
        inside = ([path] if path.is_file() else self.reader.files_in(path) for path in self.files)
        return ReadJob(
            paths=source.paths,
            files=self.files,
            names=self.names,
            watched=tuple(chain.from_iterable(inside)),
            format=self.reader.id,
            encoding=self.encoding,
            details=self.reader.about(self.files[0], self.encoding),
            left_alone=tuple(left for path in self.asked for left in self.reader.left_alone(path)),
            splits=self.reader.id == _LINES and all(_is_plain_lines(path, self.encoding) for path in self.files),
        )


def locate(source: DataSource) -> Located:
    """Find the files of ``source``; raise :class:`RequestError` where one is missing or they are of several formats."""
    asked = tuple(path for words in source.paths for path in _paths(words))
    readers = [reader_for(path, source.format) for path in asked]
    files = asked
    other = next((place for place, reader in enumerate(readers) if reader.id != readers[0].id), None)
    if other is not None:
        raise RequestError(
            "mixed_formats",
            f"{files[0].name} is read as {readers[0].title} and {files[other].name} as {readers[other].title}: one set "
            "holds files of one format.",
            "Add the second file as a data set of its own.",
        )
    mends = source.checks.get("encoding") == "fix" and source.encoding == "auto"
    if readers[0].id == _LINES:  # the files of a folder are read like any others, by several processes
        files = tuple(file for path in asked for file in (readers[0].files_in(path) if path.is_dir() else [path]))
    return Located(files, readers[0], _MENDING if mends else source.encoding, asked)


def _paths(words: str) -> list[Path]:
    if words.startswith(HUB):
        from desktop.engine.data.hub.cache import files_of

        return files_of(words)
    return [Path(words).expanduser()]


def _is_plain_lines(path: Path, encoding: str) -> bool:
    """Tell whether the bytes can be cut at line breaks and given to several processes."""
    if path.suffix.lower() == ".gz" or head(path).lstrip()[:1] == b"[":
        return False
    found = encoding_of(path, encoding)
    return found.codec in ("utf-8", "ascii") and encoding != _MENDING and line_end(path, found) == b"\n"
