"""Opens data files as bytes: missing, empty, packed, damaged and overblown ones each end in a sentence.

It knows neither encodings nor data formats.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one line beyond which it is no row anybody wrote, and reading it would fill the memory."""
MOST_UNPACKED = 1024 * 1024 * 1024
"""Bytes that an archive may unpack to whatever its size; beyond that, its ratio is looked at as well."""
MOST_RATIO = 200
"""How many times its packed size an archive may grow beyond :data:`MOST_UNPACKED`; text shrinks three- to tenfold."""

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
        if not path.is_file() and not path.is_dir():
            raise RequestError("not_a_file", f"{path.name} is neither a file nor a folder but a device or pipe.", _PICK)
    except (OSError, ValueError) as error:
        raise RequestError("unreadable", f"The path {str(path)[:200]!r} cannot be looked at.", _PICK) from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for reading bytes, unpacking ``.gz``; whatever the system says becomes a sentence."""
    check_present(path)
    try:
        with path.open("rb") as raw:
            if path.suffix.lower() == ".gz":
                with _Unpacked(path, raw) as unpacked, io.BufferedReader(unpacked, 1 << 18) as buffered:
                    yield cast("IO[bytes]", buffered)
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
    """Return the first bytes of ``path``, unpacked, without the byte-order mark of UTF-8."""
    with opened(path) as file:
        return file.read(size).removeprefix(codecs.BOM_UTF8)


def bomb(path: Path) -> RequestError:
    """Return the refusal for an archive that grows out of all proportion."""
    return RequestError(
        "archive_bomb",
        f"{path.name} unpacks to more than {MOST_RATIO} times its size: it was made to fill a disk, or is damaged.",
        "If it is meant to be so, unpack it yourself and choose what comes out.",
    )


class _Unpacked(io.RawIOBase):
    """The content of a ``.gz`` file, counted while it is unpacked."""

    def __init__(self, path: Path, raw: IO[bytes]) -> None:
        self._path = path
        self._most = max(MOST_UNPACKED, MOST_RATIO * path.stat().st_size)
        self._count = 0
        self._gzip = gzip.GzipFile(fileobj=raw)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        data = self._gzip.read(len(memoryview(buffer)))
        self._count += len(data)
        if self._count > self._most:
            raise bomb(self._path)
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._gzip.close()
        super().close()


_PICK = "Choose another file."
