"""Finds out how a table as text is written: its delimiter, its quotes, its heading; it knows no encoding."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Any

DELIMITERS = ",;\t|"
_ROWS = 50
_LONG = 300
"""Characters of a cell beyond which it is a text and no column's name, where every cell of the first row is like it."""
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", '"': "double quote", "'": "single quote"}


@dataclass(frozen=True)
class Dialect:
    """How cells and rows are told apart.

    Attributes:
        delimiter: what stands between two cells.
        quote: what stands around a cell that may hold anything, empty where nothing does.
        backslash: whether a quote within a cell is written behind a backslash; else it is written twice.
    """

    delimiter: str
    quote: str = '"'
    backslash: bool = False

    def options(self) -> dict[str, Any]:
        """Return what the ``csv`` module calls all this."""
        quoting = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        escape = {"escapechar": "\\"} if self.backslash else {}
        return {"delimiter": self.delimiter, "strict": True, **quoting, **escape}

    def words(self) -> dict[str, str]:
        """Return it in words to show."""
        quote = _NAMES[self.quote] if self.quote else "none"
        inner = ", a backslash before a quote in a cell" if self.backslash else ""
        return {"delimiter": _NAMES.get(self.delimiter, self.delimiter), "quote": quote + inner}


def sniff(sample: str, delimiters: str = DELIMITERS) -> Dialect:
    """Return the way of writing that cuts the first rows most evenly; the common one where several do."""
    lines = lines_in(sample)
    if len(sample) >= 4096 and len(lines) > 1:
        lines.pop()  # it may be cut off
    quotes = ["'", '"'] if _is_single_quoted(sample, delimiters) else ['"']
    dialects = [
        Dialect(mark, quote, backslash) for backslash in (False, True) for quote in quotes for mark in delimiters
    ]
    # Between commas a quote that nothing closes is a mistake; between tabs, where texts need no quotes, it is a letter.
    dialects += [Dialect(mark, "") for mark in delimiters if mark in "\t|"]
    return max(dialects, key=lambda dialect: _evenness(lines, dialect))  # the first of those that are as good


def lines_in(sample: str) -> list[str]:
    """Return the lines with their ends; other characters that end a line on paper may stand in a cell."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", sample)


def is_heading(cells: list[str]) -> bool:
    """Tell whether the first row can be the columns' names: it is not when all of it is numbers or long texts."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return not all(_is_number(cell) or len(cell) > _LONG for cell in filled)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?%?", text) is not None


def _is_single_quoted(sample: str, delimiters: str) -> bool:
    """Tell whether half the cells and more stand between single quotes, and none between double ones."""
    cells = sample.count("\n") + max(sample.count(mark) for mark in delimiters)
    singles = _wrapped(sample, delimiters, "'")
    return singles > 0 and singles * 2 >= cells and not _wrapped(sample, delimiters, '"')


def _wrapped(sample: str, delimiters: str, mark: str) -> int:
    """Return how many cells stand between two of ``mark``."""
    border = f"[{re.escape(delimiters)}\\r\\n]"
    return len(re.findall(f"(?:^|{border}){mark}(?:[^{mark}\\n]|{mark}{mark})*{mark}(?={border}|$)", sample))


def _evenness(lines: list[str], dialect: Dialect) -> tuple[float, int]:
    """Return the share of rows with as many cells as the first, and how many those are."""
    counts: list[int] = []
    broken = 0
    reader = csv.reader(lines, **dialect.options())
    while len(counts) + broken < _ROWS:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            broken += 1
            continue
        if cells:
            counts.append(len(cells))
    if not counts or counts[0] < 2:
        return (0, 0)
    return (counts.count(counts[0]) / (len(counts) + broken), counts[0])
