"""HTML in texts; it knows no other check."""

from __future__ import annotations

import html
import re
from typing import ClassVar

from desktop.engine.data.checks.base import TextCheck
from desktop.engine.data.source import Policy

_TAGS = (
    "a abbr article b blockquote body br button center code dd div dl dt em font footer form h1 h2 h3 h4 h5 h6 head "
    "header hr html i iframe img input li link main meta nav ol option p pre script section select small span strong "
    "style sub sup svg table tbody td th thead title tr u ul video"
)
_TAG = re.compile(
    rf"</?(?:{'|'.join(_TAGS.split())})(?:\s[^<>]*)?/?>|<!--.*?-->|<!doctype[^>]*>", re.IGNORECASE | re.DOTALL
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^<>]*>", re.IGNORECASE)


class Markup(TextCheck):
    """Found in the texts."""

    id = "markup"
    title = "HTML in texts"
    summary = "Tags and entities of web pages; a model learns to write them unless that is what you want."
    cure = "tags are taken out, entities written as the characters they stand for"
    severity = "info"
    policies: ClassVar[tuple[Policy, ...]] = ("keep", "skip", "fix", "stop")
    default: ClassVar[Policy] = "keep"
    order = 100
    signs = b"<&"

    def fault(self, text: str) -> str:
        """Name the first tag or entity."""
        found = _TAG.search(text) or _ENTITY.search(text)
        return f"the text holds HTML ({found[0][:30]})" if found else ""

    def mended(self, text: str) -> str:
        """Take the tags out; where a block ended, a line ends."""
        plain = _TAG.sub("", _BREAK.sub(lambda found: "\n" if found[0][1] != "!" else "", text))
        return html.unescape(plain) if _ENTITY.search(plain) else plain
