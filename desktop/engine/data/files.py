"""Opens data files as bytes and text: missing, empty, compressed and badly encoded ones each end in a sentence.

It knows no data format.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from desktop.engine.errors import RequestError

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one line beyond which it is no row anybody wrote, and reading it would fill the memory."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNREADABLE = (gzip.BadGzipFile, EOFError, zlib.error)


def check_present(path: Path) -> None:
    """Raise :class:`RequestError` where there is nothing at ``path``, or nothing in it."""
    try:
        if not path.exists():
            raise RequestError(
                "no_such_file",
                f"There is no file {path}.",
                "Check the path; a relative one is taken from the folder of the job file.",
            )
        if path.is_file() and path.stat().st_size == 0:
            raise RequestError("empty_file", f"{path.name} is empty: there is no row to learn from.", _PICK)
    except (OSError, ValueError) as error:
        raise RequestError("unreadable", f"The path {str(path)[:200]!r} cannot be looked at.", _PICK) from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for reading bytes, unpacking ``.gz``; whatever the system says becomes a sentence."""
    check_present(path)
    try:
        with path.open("rb") as raw:
            if path.suffix.lower() == ".gz":
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield cast("IO[bytes]", unpacked)
            else:
                yield raw
    except _UNREADABLE as error:
        raise RequestError(
            "bad_archive", f"{path.name} is not a whole .gz file: unpacking it failed.", "Copy or download it again."
        ) from error
    except OSError as error:
        raise RequestError(
            "unreadable", f"{path.name} cannot be read: {error.strerror or error}.", "Check the file's permissions."
        ) from error


def head(path: Path, size: int = 4096) -> bytes:
    """Return the first bytes of ``path``, unpacked, without a byte-order mark."""
    with opened(path) as file:
        return file.read(size).removeprefix(codecs.BOM_UTF8)


def text_of(path: Path) -> str:
    """Return the whole of ``path`` as text; bytes that are no text are named by line."""
    with opened(path) as file:
        data = file.read()
    if data.startswith(_UTF16):
        return _decoded(path, data, "utf-16")
    return _decoded(path, data.removeprefix(codecs.BOM_UTF8), "utf-8")


def lines_of(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line's number and bytes without its end; ``None`` stands for a line too long to read."""
    with opened(path) as file:
        start = file.read(3)
        if start.startswith(_UTF16):
            encoded = text_of(path).encode("utf-8", "surrogatepass")
            yield from enumerate((line.rstrip(b"\r") for line in encoded.split(b"\n")), start=1)
            return
        number = 0
        rest = b"" if start == codecs.BOM_UTF8 else start
        while True:
            line = rest[: rest.index(b"\n") + 1] if b"\n" in rest else rest + file.readline(LONGEST_LINE)
            rest = rest[len(line) :] if b"\n" in rest else b""
            if not line:
                return
            number += 1
            if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
                _skip_line(file)
                yield number, None
            else:
                yield number, line.rstrip(b"\r\n")


@contextmanager
def text_stream(path: Path) -> Iterator[IO[str]]:
    """Open ``path`` as text for row-wise readers; bytes that are no text arrive as lone surrogates."""
    with opened(path) as file:
        start = file.read(2)
        file.seek(0)
        encoding = "utf-16" if start in _UTF16 else "utf-8-sig"
        errors = "strict" if encoding == "utf-16" else "surrogateescape"
        with io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="") as text:
            try:
                yield text
            except UnicodeDecodeError as error:
                raise _no_text(path, "") from error


def why_no_text(data: bytes) -> str | None:
    """Return in words where ``data`` stops being UTF-8, ``None`` where it is text throughout."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8 text"
    return None


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _no_text(path, f" on line {line}") from error


def _no_text(path: Path, where: str) -> RequestError:
    return RequestError(
        "not_text",
        f"{path.name} holds bytes{where} that are not UTF-8 text.",
        "Open it in the program that wrote it and save it with the encoding UTF-8.",
    )


def _skip_line(file: IO[bytes]) -> None:
    while True:
        part = file.readline(LONGEST_LINE)
        if not part or part.endswith(b"\n"):
            return


_PICK = "Choose another file."
