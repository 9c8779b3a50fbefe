"""Plain text and Markdown: one file or a folder of them, cut into paragraphs; it knows nothing of their content."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.encoding import Encoding, encoding_of
from desktop.engine.data.reading.json_lines import too_long
from desktop.engine.data.reading.lines import Line, decoded, lines_of, shown
from desktop.engine.data.rows import BadRow, Record


class Text(Reader):
    """A ``.txt`` or ``.md`` file, or a folder that holds some at any depth."""

    id: ClassVar[str] = "text"
    title: ClassVar[str] = "Plain text"
    summary: ClassVar[str] = "Text or Markdown, a file or a folder; every paragraph is a row."
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".text", ".md", ".markdown")
    order: ClassVar[int] = 70
    documents: ClassVar[bool] = True

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the paragraphs: parted by blank lines, or every line for itself where there is no blank one."""
        found = encoding_of(path, encoding)
        for row, lines in enumerate(_blocks(path, found), start=1):
            yield _paragraph(row, lines, found)

    def about(self, path: Path, encoding: str = "auto") -> dict[str, str]:
        """Return the encoding."""
        return {"encoding": encoding_of(path, encoding).title} if path.is_file() else {}


def _paragraph(row: int, lines: list[Line], encoding: Encoding) -> Record | BadRow:
    number = lines[0].number
    cut = next((line for line in lines if not line.whole), None)
    if cut is not None:
        return too_long(row, number, cut.data, encoding)
    data = b"\n".join(line.data.rstrip(b"\r") for line in lines)
    text, reason = decoded(data, encoding)
    if reason:
        return BadRow(row, number, reason, check="encoding", raw=shown(text))
    return Record(row, number, {"text": text})


def _blocks(path: Path, encoding: Encoding) -> Iterator[list[Line]]:
    if not _has_blank_line(path, encoding):
        yield from ([line] for line in lines_of(path, encoding) if not _is_blank(line))
        return
    for blank, group in groupby(lines_of(path, encoding), key=_is_blank):
        if not blank:
            yield list(group)


def _has_blank_line(path: Path, encoding: Encoding) -> bool:
    """Tell whether blank lines part the text; those at its two ends part nothing."""
    seen_text = blank_since = False
    for line in lines_of(path, encoding):
        if _is_blank(line):
            blank_since = seen_text
        elif blank_since:
            return True
        else:
            seen_text = True
    return False


def _is_blank(line: Line) -> bool:
    return line.whole and not line.data.strip()
