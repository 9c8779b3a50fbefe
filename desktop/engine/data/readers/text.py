"""Plain text and Markdown: one file or a folder of them, cut into paragraphs; it knows nothing of their content."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.files import check_present, lines_of, why_no_text
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError
from desktop.paths import is_inside


class Text(Reader):
    """A ``.txt`` or ``.md`` file, or a folder that holds some at any depth."""

    id: ClassVar[str] = "text"
    title: ClassVar[str] = "Plain text"
    summary: ClassVar[str] = "Text or Markdown, a file or a folder; every paragraph is a row."
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".text", ".md", ".markdown")
    order: ClassVar[int] = 70

    def takes(self, path: Path) -> bool:
        """Tell whether ``path`` is a text file or a folder with at least one in it."""
        return super().takes(path) or (path.is_dir() and bool(self.files_in(path)))

    def files_in(self, folder: Path) -> list[Path]:
        """Return the text files below ``folder`` by name; links that lead out of it are left alone."""
        found = (path for path in folder.rglob("*") if path.name.lower().endswith(self.suffixes))
        return sorted(path for path in found if path.is_file() and is_inside(path, folder))

    def read(self, path: Path) -> Iterator[Record | BadRow]:
        """Yield the paragraphs: parted by blank lines, or every line for itself where there is no blank one."""
        if not path.is_dir():
            check_present(path)
            yield from _paragraphs(path, "", 0)
            return
        row = 0
        for file in self.files_in(path):
            if file.stat().st_size == 0:
                continue
            for record in _paragraphs(file, file.relative_to(path).as_posix(), row):
                row = record.row
                yield record
        if row == 0:
            raise RequestError("no_rows", f"The text files in {path} are all empty.", "Choose another folder.")


def _paragraphs(path: Path, file: str, row: int) -> Iterator[Record | BadRow]:
    for number, lines in _blocks(path):
        row += 1
        if any(line is None for line in lines):
            yield BadRow(row, number, "a line is longer than 64 MB", file)
            continue
        data = b"\n".join(line for line in lines if line is not None)
        if reason := why_no_text(data):
            yield BadRow(row, number, reason, file)
        else:
            yield Record(row, number, {"text": data.decode("utf-8")}, file)


def _blocks(path: Path) -> Iterator[tuple[int, list[bytes | None]]]:
    if not _has_blank_line(path):
        yield from ((number, [line]) for number, line in lines_of(path) if not _is_blank(line))
        return
    for blank, group in groupby(lines_of(path), key=lambda numbered: _is_blank(numbered[1])):
        if not blank:
            numbered = list(group)
            yield numbered[0][0], [line for _, line in numbered]


def _has_blank_line(path: Path) -> bool:
    """Tell whether blank lines part the text; those at its two ends part nothing."""
    seen_text = blank_since = False
    for _, line in lines_of(path):
        if _is_blank(line):
            blank_since = seen_text
        elif blank_since:
            return True
        else:
            seen_text = True
    return False


def _is_blank(line: bytes | None) -> bool:
    return line is not None and not line.strip()
