"""Lines of CSV that a spreadsheet reads as what they say and never runs; it knows no table in particular."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
           "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


def csv_line(cells: Sequence[Any]) -> str:
    """Return one line, its end included; numbers stay numbers, and no text can be taken for a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([cell if isinstance(cell, int | float) else harmless(str(cell)) for cell in cells])
    return out.getvalue()


def harmless(text: str) -> str:
    """Return ``text`` with an apostrophe before what a spreadsheet would run (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_STARTS) else text
