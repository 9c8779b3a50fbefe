"""Finds out in which encoding a text file is written, or takes the one it is told; it knows no data format."""

from __future__ import annotations

import codecs
import difflib
import re
from dataclasses import dataclass, replace
from encodings.aliases import aliases
from pathlib import Path

from desktop.engine.data.reading.files import opened
from desktop.engine.data.reading.legacy import guess
from desktop.engine.errors import RequestError

SAMPLE = 1024 * 1024
"""Bytes looked at; what comes behind them is read the same way, and rows it does not fit are named."""
MEND = "mend"
"""Asks for ``auto`` with single undecodable bytes mended rather than named."""
_RARE = 2000
"""One undecodable byte in so many is a slip in a UTF-8 file, not another encoding."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_ENCODINGS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf_7"})
_TITLES = {"utf-8": "UTF-8", "ascii": "ASCII", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32",
           "utf-32-be": "UTF-32", "cp1252": "Windows-1252", "cp932": "Shift-JIS", "iso8859-1": "Latin-1"}  # fmt: skip


@dataclass(frozen=True)
class Encoding:
    """How the bytes of one file become text.

    Attributes:
        codec: Python's name for it.
        mark: bytes of the byte-order mark to leave out.
        why: what says so, one clause.
        mends: whether bytes that are no text in it are read as Windows-1252, as most old Western files are written.
    """

    codec: str
    mark: int
    why: str
    mends: bool = False

    @property
    def wide(self) -> bool:
        """Tell whether a line break takes more than its usual byte, so that bytes cannot be cut at it."""
        return "\n".encode(self.codec) != b"\n"

    @property
    def title(self) -> str:
        """Return its name on screen."""
        return _TITLES.get(self.codec, self.codec)


def encoding_of(path: Path, asked: str = "auto") -> Encoding:
    """Return the encoding of ``path``, found out for ``auto`` and ``mend``.

    Raises:
        RequestError: the encoding asked for is none.
    """
    with opened(path) as file:
        sample = file.read(SAMPLE)
    if asked not in ("auto", MEND):
        return _as_told(sample, named(asked))
    return replace(_found(sample), mends=asked == MEND)


def _found(sample: bytes) -> Encoding:
    for mark, codec in _MARKS:
        if sample.startswith(mark):
            return Encoding(codec, len(mark), "its byte-order mark says so")
    codec, why = _unmarked(sample, whole=len(sample) < SAMPLE)
    return Encoding(codec, 0, why)


def named(name: str) -> str:
    """Return Python's own name of an encoding; raise :class:`RequestError` naming close ones where there is none."""
    try:
        found = codecs.lookup(name)
        text = found._is_text_encoding
    except (LookupError, ValueError):
        text = False
    if not text or found.name.replace("-", "_") in _NO_ENCODINGS:
        known = sorted({*aliases, *aliases.values()} - _NO_ENCODINGS)
        close = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=3)
        meant = f"Did you mean {' or '.join(close)}?" if close else "Common ones: utf-8, cp1252, utf-16, shift_jis."
        raise RequestError("unknown_encoding", f"There is no text encoding called {name[:60]!r}.", meant)
    return found.name


def _as_told(sample: bytes, codec: str) -> Encoding:
    why = "it was chosen by hand"
    family = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec, codec)
    for mark, marked in _MARKS:
        if sample.startswith(mark) and (marked == family or (codec in ("utf-16", "utf-32") and marked[:6] == codec)):
            return Encoding(marked, len(mark), why)
    return Encoding(family, 0, why)


def _unmarked(sample: bytes, *, whole: bool) -> tuple[str, str]:
    if wide := _wide(sample):
        return wide, "every other byte is nothing, as in that encoding"
    text, bad = _loosely(sample, whole=whole)
    if not bad:
        return "utf-8", "all its bytes are valid in it"
    sequences = len(re.findall("[^\0-\x7f\udc80-\udcff]", text))
    if sequences >= bad or bad * _RARE < len(sample):
        return "utf-8", "nearly all its bytes are valid in it"
    codec = guess(sample, whole=whole)
    if codec is None:
        return "utf-8", "no other encoding makes sense of it either"
    return codec, "its bytes are not UTF-8, and make words in this one"


def _loosely(sample: bytes, *, whole: bool) -> tuple[str, int]:
    """Return ``sample`` as UTF-8 text with escapes for its bad bytes, and how many those are."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = decoder.decode(sample, final=whole)
    return text, 0 if text.isascii() else len(re.findall("[\udc80-\udcff]", text))


def _wide(sample: bytes) -> str | None:
    """Return the encoding of several bytes a character that the places of zero bytes give away."""
    start = sample[:4096]
    if len(start) < 4 or b"\0" not in start:
        return None
    shares = [start[place::4].count(0) / max(1, len(start[place::4])) for place in range(4)]
    full = [share > 0.4 for share in shares]
    for pattern, codec in (
        ([False, True, True, True], "utf-32-le"),
        ([True, True, True, False], "utf-32-be"),
        ([False, True, False, True], "utf-16-le"),
        ([True, False, True, False], "utf-16-be"),
    ):
        if full == pattern and all(share < 0.1 for share, zero in zip(shares, full, strict=True) if not zero):
            return codec
    return None
