"""Control characters and halves of characters in texts; it knows no other check."""

from __future__ import annotations

import re
from typing import ClassVar

from desktop.engine.data.checks.base import TextCheck
from desktop.engine.data.source import Policy

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Characters(TextCheck):
    """Found in the texts, and while mapping where they make a row unusable."""

    id = "characters"
    title = "Control characters"
    summary = "Characters no keyboard writes, left behind by copying and converting; a model would learn them too."
    cure = "they are taken out"
    severity = "warn"
    policies: ClassVar[tuple[Policy, ...]] = ("keep", "skip", "fix", "stop")
    default: ClassVar[Policy] = "keep"
    order = 90
    signs = bytes([*range(9), 11, 12, *range(14, 32), 127])

    def fault(self, text: str) -> str:
        """Name the first of them."""
        found = _CONTROL.search(text)
        return f"a control character (U+{ord(found[0]):04X}) stands in the text" if found else ""

    def mended(self, text: str) -> str:
        """Take them out."""
        return _CONTROL.sub("", text)
