"""Conversations written as one text with the speakers' names in it; it knows neither columns nor files."""

from __future__ import annotations

import re
from typing import Any

_STYLES = (
    re.compile(r"(?:\A\s*|\n\n)(Human|Assistant): ?"),
    re.compile(r"### ?(Human|Assistant): ?"),
)
_ROLE = {"Human": "user", "Assistant": "assistant"}


def is_transcript(text: str) -> bool:
    """Tell whether ``text`` begins with one speaker's name and goes on with another's."""
    # Two plain searches spare nearly every text the regular expressions.
    return "Human:" in text and "Assistant:" in text and _style(text) is not None


def transcript_in(text: str) -> list[dict[str, Any]]:
    """Return the turns of a transcript; an answer that is only announced at the end is none."""
    style = _style(text)
    if style is None:
        return []
    parts = style.split(text)[1:]  # what stands before the first name is nothing
    turns = [
        {"role": _ROLE[name], "content": words.strip()} for name, words in zip(parts[::2], parts[1::2], strict=True)
    ]
    return turns[:-1] if turns[-1]["role"] == "assistant" and not turns[-1]["content"] else turns


def _style(text: str) -> re.Pattern[str] | None:
    for style in _STYLES:
        names = list(style.finditer(text))
        if names and not text[: names[0].start()].strip() and {found[1] for found in names} == set(_ROLE):
            return style
    return None
