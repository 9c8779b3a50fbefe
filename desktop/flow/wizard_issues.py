"""What is not quite right about a data set, grouped and in words, the worst first; it knows no widget."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from desktop.flow.wizard_findings import DataFound, LengthsFound

_LINES_NAMED = 4
_FEW = 30


@dataclass(frozen=True)
class Issue:
    """One thing to know.

    Attributes:
        tone: ``bad`` for rows that are left out, ``warn`` for what costs something, ``info`` for the rest.
        where: the lines, or how many rows.
        what: what is wrong and what happens to them.
    """

    tone: Literal["bad", "warn", "info"]
    where: str
    what: str


def issues(data: DataFound, lengths: LengthsFound | None, max_length: int) -> list[Issue]:
    """Return everything worth knowing about the rows; empty when there is nothing."""
    found = []
    by_reason: dict[str, list[int]] = defaultdict(list)
    for row in data.bad:
        by_reason[row.reason].append(row.line or row.row)
    for reason, lines in by_reason.items():
        found.append(Issue("bad", _lines(lines), f"{_sentence(reason)} Left out."))
    unnamed = data.bad_total - len(data.bad)
    if unnamed > 0:
        found.append(Issue("bad", f"{unnamed:,} more rows", "Cannot be used either. Left out."))
    if 0 < data.rows < _FEW:
        found.append(
            Issue("warn", _rows(data.rows), "So few are learned by heart, not understood; 50 or more are better.")
        )
    if lengths is not None:
        if lengths.refused:
            found.append(Issue("warn", _rows(lengths.refused), "The model's template does not take them. Left out."))
        cut = round((1 - lengths.whole_at(max_length)) * lengths.rows)
        if lengths.lost and max_length <= lengths.maximum:
            found.append(
                Issue("warn", _rows(lengths.lost), f"Their whole answer lies beyond {max_length:,} tokens. Left out.")
            )
        if cut:
            found.append(Issue("info", _rows(cut), f"Longer than {max_length:,} tokens, their end is cut."))
    if data.duplicates:
        again = "It counts again." if data.duplicates == 1 else "They count again."
        found.append(Issue("info", _rows(data.duplicates), f"The same as an earlier row. {again}"))
    return found


def _lines(lines: list[int]) -> str:
    if len(lines) == 1:
        return f"Line {lines[0]:,}"
    named = ", ".join(f"{line:,}" for line in lines[:_LINES_NAMED])
    rest = len(lines) - _LINES_NAMED
    return f"Lines {named} and {rest:,} more" if rest > 0 else f"Lines {named}"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
