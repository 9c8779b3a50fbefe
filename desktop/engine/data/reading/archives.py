"""Looks at a zip container before anything in it is unpacked; it knows no document format."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from desktop.engine.data.reading.files import MOST_RATIO, bomb
from desktop.engine.errors import RequestError

UNZIPPING = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What unpacking a damaged container raises; a recursion error is among the last."""

_MOST_FILES = 10_000
_MOST_BYTES = 512 * 1024 * 1024
_HARMLESS = 16 * 1024 * 1024
"""Bytes unpacked below which the ratio says nothing."""
_BLOCK = 1024 * 1024
_DECLARES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))


def names_in(path: Path) -> frozenset[str]:
    """Return the names of the files in the container, none where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return frozenset(archive.namelist())
    except UNZIPPING:
        return frozenset()


def check_container(path: Path) -> None:
    """Raise :class:`RequestError` where unpacking ``path`` would fill the memory, escape, or read other files."""
    with _opened(path) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        packed = max(1, path.stat().st_size)
        if len(members) > _MOST_FILES or unpacked > _MOST_BYTES:
            raise bomb(path)
        for member in members:
            if member.file_size > max(_HARMLESS, MOST_RATIO * member.compress_size):
                raise bomb(path)
            if _escapes(member.filename):
                raise RequestError(
                    "unsafe_archive",
                    f"{path.name} holds a file whose name leads out of it ({member.filename[:80]!r}).",
                    "Do not open it; get the document from whoever made it.",
                )
            if member.flag_bits & 0x1:
                raise RequestError("encrypted", f"{path.name} is behind a password.", "Save it without one.")
        if unpacked > max(_HARMLESS, MOST_RATIO * packed):  # members that share the same bytes
            raise bomb(path)
        if any(_declares(archive, member) for member in members if member.filename.endswith((".xml", ".rels"))):
            raise RequestError(
                "unsafe_document",
                f"{path.name} declares entities, by which a document reads other files; no office program writes any.",
                "Do not open it; get the document from whoever made it.",
            )


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except UNZIPPING as error:
        raise RequestError(
            "bad_archive",
            f"{path.name} cannot be unpacked: it is damaged, cut off, or something else under that name.",
            "Copy or download it again.",
        ) from error


def _escapes(name: str) -> bool:
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    return plain.startswith("/") or ".." in parts or (len(plain) > 1 and plain[1] == ":")


def _declares(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    before = b""
    with archive.open(member) as file:
        while data := file.read(_BLOCK):
            if any(word in before + data for word in _DECLARES):
                return True
            before = data[-32:]
    return False
