"""Whether an answer holds what a right one must, by its words alone; it knows no model and no question."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

ALTERNATIVES = "|"
"""Divides the forms of one expected word of which any will do."""


def is_right(answer: str, expected: Sequence[str]) -> bool:
    """Tell whether ``answer`` holds every entry of ``expected`` as whole words.

    Case, line breaks and runs of spaces do not matter; the order does not either. An entry such as ``no|not`` is met by
    any of its forms. Lenient on purpose: it asks for the point of the answer, not for its wording.
    """
    said = _plain(answer)
    return bool(expected) and all(any(_holds(said, form) for form in entry.split(ALTERNATIVES)) for entry in expected)


def common_point(one: str, other: str) -> tuple[str, ...]:
    """Return the words that two answers to one question have in common: its point, where they differ in manner only.

    Words of one or two letters say too little to be missed; numbers of any length count. In the order of ``one``.
    """
    others = set(_words(other))
    return tuple(dict.fromkeys(word for word in _words(one) if word in others and (len(word) > 2 or word.isdigit())))


def share_said(answer: str, point: Collection[str]) -> float:
    """Return the share of the words of ``point`` that ``answer`` says."""
    said = set(_words(answer))
    return sum(word in said for word in point) / len(point)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _holds(said: str, form: str) -> bool:
    wanted = _plain(form)
    # \b fails beside a mark such as a closing bracket, so the borders are: no letter or digit next to it.
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said) is not None
