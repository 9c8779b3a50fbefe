"""Guesses the encoding of text that is not Unicode, and says when none makes sense; it knows bytes and letters only."""

from __future__ import annotations

import re
import unicodedata

CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "cp932", "euc_jp",
    "gb18030", "big5", "cp949", "cp850", "mac_roman",
)  # fmt: skip
_EVIDENCE = 32 * 1024
_CHAOS = (0.3, 0.5)  # of the library's measure: what text has, and what a few unusual words have
_WESTERN = frozenset("äöüßéèêëáàâãåæçñíìîïóòôõøúùûÄÖÜÉÈÊËÁÀÂÃÅÆÇÑÍÌÎÏÓÒÔÕØÚÙÛ")
_MARKS = frozenset("\u201c\u201d\u201e\u2018\u2019\u2013\u2014\u2026\u2022\u00a0€£§°«»©®·¿¡")


def guess(sample: bytes, *, whole: bool) -> str | None:
    """Return the codec in which the bytes beyond ASCII make words, ``None`` where there is none."""
    evidence = _evidence(sample, whole=whole)
    # A zero byte stands in no text of these encodings; a file with one is damaged or no text at all.
    if not evidence or b"\0" in evidence:
        return None
    if _is_western(evidence):
        return "cp1252"
    return next((codec for codec in _ranked(evidence) if _makes_words(evidence, codec)), None)


def _is_western(evidence: bytes) -> bool:
    """Tell whether nearly all is of the letters Western languages share with ASCII words around them.

    Statistics of letters tell Windows-1252 badly from its neighbours, and it is by far the most common.
    """
    text = evidence.decode("cp1252", "replace")
    beyond = [character for character in text if not character.isascii()]
    fitting = sum(character in _WESTERN or character in _MARKS for character in beyond)
    in_rows = sum(len(row) for row in re.findall(r"[^\W\x00-\x7f]{3,}", text))
    return fitting >= 0.9 * len(beyond) and in_rows <= 0.1 * len(beyond) and _makes_words(evidence, "cp1252")


def _ranked(evidence: bytes) -> list[str]:
    from charset_normalizer import from_bytes

    for chaos in _CHAOS:
        found = from_bytes(evidence, cp_isolation=list(CANDIDATES), enable_fallback=False, threshold=chaos)
        known = [match for match in found if match.encoding in CANDIDATES]
        if known:
            known.sort(key=lambda match: (match.chaos, -match.coherence, CANDIDATES.index(match.encoding)))
            return [match.encoding for match in known]
    return []


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
        if character.isascii() or character == "\u00a0":
            continue
        around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        if character in _MARKS or "\u3000" <= character <= "\ua000" or _is_in_word(character, around):
            sensible += 1
        else:
            odd += 1
    return sensible > odd


def _is_in_word(character: str, around: str) -> bool:
    """Tell whether a letter stands beside one of its own alphabet; hardly any text has the half-width Japanese ones."""
    if unicodedata.category(character)[0] not in "LM" or character == "ÿ" or "\uff61" <= character <= "\uff9f":
        return False
    latin = unicodedata.name(character, "").startswith("LATIN")
    return any(other.isalpha() and (latin or not other.isascii()) for other in around)
