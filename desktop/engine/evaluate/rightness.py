"""Whether an answer holds what a right one must, by its words alone; it knows no model and no question."""

from __future__ import annotations

import re
from collections.abc import Sequence

ALTERNATIVES = "|"
"""Divides the forms of one expected word of which any will do."""


def is_right(answer: str, expected: Sequence[str]) -> bool:
    """Tell whether ``answer`` holds every entry of ``expected`` as whole words.

    Case, line breaks and runs of spaces do not matter; the order does not either. An entry such as ``no|not`` is met by
    any of its forms. Lenient on purpose: it asks for the point of the answer, not for its wording.
    """
    said = _plain(answer)
    return bool(expected) and all(any(_holds(said, form) for form in entry.split(ALTERNATIVES)) for entry in expected)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _holds(said: str, form: str) -> bool:
    wanted = _plain(form)
    # \b fails beside a mark such as a closing bracket, so the borders are: no letter or digit next to it.
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said) is not None
