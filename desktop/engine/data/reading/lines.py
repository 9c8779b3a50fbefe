"""Cuts text files into lines and pieces, whatever their encoding, in bounded memory; it knows no data format.

A byte that is no text in the file's encoding costs only the line it stands in.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from desktop.engine.data.reading import files
from desktop.engine.data.reading.encoding import Encoding, encoding_of
from desktop.engine.data.reading.files import opened

RAW = 2000
"""Characters of an unusable row that are kept to be shown."""
_BLOCK = 1024 * 1024
_HALF = re.compile("[\ud800-\udfff]")


class Line(NamedTuple):
    """One line without its end.

    Attributes:
        number: from 1.
        data: its bytes; of a line too long only the beginning.
        whole: whether all of it was read.
    """

    number: int
    data: bytes
    whole: bool


def lines_of(path: Path, encoding: Encoding) -> Iterator[Line]:
    """Yield every line as bytes of :func:`line_codec`; a carriage return before a line feed is still there."""
    with opened(path) as file:
        file.read(encoding.mark)
        yield from _cut(_narrow(file, encoding), line_end(path, encoding))


def line_codec(encoding: Encoding) -> str:
    """Return the codec of the lines of a file: its own, save that wide encodings are turned into UTF-8."""
    return "utf-8" if encoding.wide else encoding.codec


def text_of(path: Path, encoding: Encoding) -> Iterator[str]:
    """Yield the text in pieces; bytes that are no text arrive as lone surrogates."""
    with opened(path) as file:
        file.read(encoding.mark)
        if encoding.wide:
            for data in _narrow(file, encoding):
                yield decoded(data, encoding)[0]
            return
        decoder = codecs.getincrementaldecoder(encoding.codec)("surrogateescape")
        while data := file.read(_BLOCK):
            text = decoder.decode(data)
            yield _mended(text) if encoding.mends else text
        text = decoder.decode(b"", final=True)
        yield _mended(text) if encoding.mends else text


def sample_of(path: Path, asked: str, size: int = 65_536) -> str:
    """Return the beginning of ``path`` as text; bytes that are no text arrive as lone surrogates."""
    found = ""
    for piece in text_of(path, encoding_of(path, asked)):
        found += piece
        if len(found) >= size:
            break
    return found[:size]


def decoded(data: bytes, encoding: Encoding) -> tuple[str, str | None]:
    """Return a line of :func:`lines_of` as text and, in words, where it stops being text (``None``: nowhere).

    Bytes that are no text arrive as lone surrogates, or mended where the encoding asks for it.
    """
    codec = line_codec(encoding)
    try:
        return data.decode(codec), None
    except UnicodeDecodeError as error:
        text = data.decode(codec, "surrogatepass" if encoding.wide else "surrogateescape")
        if encoding.mends:
            return _mended(text), None
        if encoding.wide:
            return text, f"it holds bytes that are not {encoding.title} text"
        return text, f"byte {error.start + 1} (0x{data[error.start]:02x}) is not {encoding.title} text"


def holds_escapes(text: str) -> bool:
    """Tell whether bytes that were no text, or half characters, stand in ``text``."""
    return not text.isascii() and _HALF.search(text) is not None


def shown(raw: str | bytes, codec: str = "utf-8") -> str:
    """Return the beginning of what stands in a file so that any screen and any report can hold it."""
    text = raw[: RAW * 4].decode(codec, "replace") if isinstance(raw, bytes) else raw[:RAW]
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text[:RAW]).replace("\0", "\N{SYMBOL FOR NULL}")


def _mended(text: str) -> str:
    return text if text.isascii() else _HALF.sub(_western, text)


def _western(half: re.Match[str]) -> str:
    byte = ord(half[0]) - 0xDC00
    return bytes([byte]).decode("cp1252", "replace") if 0x80 <= byte <= 0xFF else "\N{REPLACEMENT CHARACTER}"


def _narrow(file: IO[bytes], encoding: Encoding) -> Iterator[bytes]:
    if not encoding.wide:
        while data := file.read(_BLOCK):
            yield data
        return
    decoder = codecs.getincrementaldecoder(encoding.codec)("surrogatepass")
    while True:
        data = file.read(_BLOCK)
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            # The rest cannot be told apart any more; one half character marks the line where it begins.
            usable = error.object[: error.start].decode(encoding.codec, "surrogatepass")
            yield f"{usable}\udc80".encode("utf-8", "surrogatepass")
            return
        if text:
            yield text.encode("utf-8", "surrogatepass")
        if not data:
            return


def _cut(blocks: Iterator[bytes], end: bytes) -> Iterator[Line]:
    number, size = 1, 0
    held: list[bytes] = []  # the line that has begun, in pieces
    for block in blocks:
        first, *others = block.split(end)
        size += len(first)
        if size <= files.LONGEST_LINE or not held:
            held.append(first)
        else:
            del held[1:]
        if others:
            yield _joined(number, held, size)
            number += 1
            last = others.pop()
            for line in others:
                yield (
                    Line(number, line, True) if len(line) <= files.LONGEST_LINE else _joined(number, [line], len(line))
                )
                number += 1
            held, size = [last], len(last)
    if size:
        yield _joined(number, held, size)


def _joined(number: int, held: list[bytes], size: int) -> Line:
    whole = size <= files.LONGEST_LINE
    data = b"".join(held)
    return Line(number, data if whole else data[: RAW * 4], whole)


def line_end(path: Path, encoding: Encoding) -> bytes:
    """Return what ends a line: a line feed, or a carriage return where there is none (as old Macs wrote)."""
    with opened(path) as file:
        sample = file.read(_BLOCK)[encoding.mark :]
    feed, carriage = "\n".encode(encoding.codec), "\r".encode(encoding.codec)
    return b"\r" if feed not in sample and carriage in sample else b"\n"
