"""Guesses the encoding of text that is not Unicode, and says when none makes sense; it knows bytes and letters only."""

from __future__ import annotations

import unicodedata

CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "cp932", "euc_jp",
    "gb18030", "big5", "cp949", "cp850", "mac_roman",
)  # fmt: skip
_EVIDENCE = 32 * 1024
_EXTRA_CHAOS = 0.1
_PLAIN = frozenset("\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}"
                   "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{EN DASH}\N{EM DASH}\N{BULLET}"
                   "\N{HORIZONTAL ELLIPSIS}\N{EURO SIGN}\N{POUND SIGN}\N{SECTION SIGN}\N{DEGREE SIGN}\N{NO-BREAK SPACE}"
                   "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
                   "\N{COPYRIGHT SIGN}\N{REGISTERED SIGN}\N{MIDDLE DOT}\N{INVERTED QUESTION MARK}"
                   "\N{INVERTED EXCLAMATION MARK}")  # fmt: skip


def guess(sample: bytes, *, whole: bool) -> str | None:
    """Return the codec in which the bytes beyond ASCII make words, ``None`` where there is none.

    Windows-1252 is preferred among those that fit about equally: its neighbours differ from it in a few letters, and
    it is by far the most common.
    """
    from charset_normalizer import from_bytes

    evidence = _evidence(sample, whole=whole)
    # A zero byte stands in no text of these encodings; a file with one is damaged or no text at all.
    if not evidence or b"\0" in evidence:
        return None
    found = from_bytes(evidence, cp_isolation=list(CANDIDATES), enable_fallback=False, threshold=0.3)
    ranked = [(match.chaos, match.encoding) for match in found]
    if not ranked:
        ranked = [(0.0, "cp1252")]  # a few letters alone are too little for statistics
    best_chaos, best = ranked[0]
    near = [match.could_be_from_charset for match in found if match.chaos <= best_chaos + _EXTRA_CHAOS]
    if any("cp1252" in codecs for codecs in near) and best not in (
        "cp850",
        "mac_roman",
        "cp932",
        "euc_jp",
        "gb18030",
        "big5",
        "cp949",
    ):
        best = "cp1252"
    return best if _makes_words(evidence, best) else None


def _evidence(sample: bytes, *, whole: bool) -> bytes:
    """Return the lines with bytes beyond ASCII, as many as are needed; the last may be cut off."""
    lines = sample.split(b"\n")
    if not whole and len(lines) > 1:
        lines.pop()
    found, size = [], 0
    for line in lines:
        if not line.isascii():
            found.append(line[:_EVIDENCE])
            size += len(found[-1])
            if size >= _EVIDENCE:
                break
    return b"\n".join(found)


def _makes_words(evidence: bytes, codec: str) -> bool:
    """Tell whether most characters beyond ASCII stand where letters or typographic marks stand."""
    try:
        text = evidence.decode(codec, "replace")
    except LookupError:
        return False
    sensible = odd = 0
    for place, character in enumerate(text):
        if character.isascii():
            continue
        around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        letter = unicodedata.category(character)[0] in "LM" and character != "\N{LATIN SMALL LETTER Y WITH DIAERESIS}"
        if character in _PLAIN or "\u3000" <= character <= "\ua000" or (letter and any(map(str.isalpha, around))):
            sensible += 1
        else:
            odd += 1
    return sensible > odd
