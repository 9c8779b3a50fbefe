"""PDF: the text of its pages, nothing else of them; it knows nothing of what the text says."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.data.readers.base import Reader
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.errors import RequestError

_DAMAGED = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, AssertionError, NotImplementedError,
    RecursionError, OSError, EOFError, struct.error, zlib.error,
)  # fmt: skip
"""What the library lets through besides its own errors where a file's inner tables are wrong."""


class Pdf(Reader):
    """A ``.pdf`` file; every page with text is a row."""

    id: ClassVar[str] = "pdf"
    title: ClassVar[str] = "PDF"
    summary: ClassVar[str] = "The text of a PDF; every page is a row."
    suffixes: ClassVar[tuple[str, ...]] = (".pdf",)
    order: ClassVar[int] = 80
    documents: ClassVar[bool] = True

    def read_file(self, path: Path, encoding: str) -> Iterator[Record | BadRow]:
        """Yield the pages; one that holds only a picture is a fault."""
        import pypdf.errors

        damaged = (*_DAMAGED, pypdf.errors.PyPdfError)
        with _silent():
            try:
                reader = pypdf.PdfReader(path, strict=False)
                _unlock(path, reader)
                count = len(reader.pages)
            except damaged as error:
                raise RequestError(
                    "not_readable",
                    f"{path.name} cannot be read as PDF: it is damaged, cut off, or something else under that name.",
                    "Copy or download it again, or print it to a new PDF.",
                ) from error
        for number in range(1, count + 1):
            with _silent():
                try:
                    text = reader.pages[number - 1].extract_text()
                except damaged:
                    yield BadRow(number, 0, f"page {number} is damaged and its text cannot be read", check="broken")
                    continue
            yield _page(number, text)


def _page(number: int, text: str) -> Record | BadRow:
    if not text.strip():
        reason = f"page {number} holds no text; perhaps it is a picture of a page, which text recognition would read"
        return BadRow(number, 0, reason, check="empty")
    return Record(number, 0, {"text": text.strip(), "page": number})


def _unlock(path: Path, reader: Any) -> None:
    """Go on where no password is needed to read, as with files that only forbid printing."""
    import pypdf.errors

    if not reader.is_encrypted:
        return
    try:
        opened = bool(reader.decrypt(""))
    except (pypdf.errors.PyPdfError, *_DAMAGED):  # also: an algorithm that needs a library which is not installed
        opened = False
    if not opened:
        raise RequestError(
            "encrypted",
            f"{path.name} is encrypted, so its text cannot be read.",
            "Open it with its password and print or save it without one.",
        )


@contextmanager
def _silent() -> Iterator[None]:
    """Keep the library from logging what it mends in a file."""
    logger = logging.getLogger("pypdf")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
