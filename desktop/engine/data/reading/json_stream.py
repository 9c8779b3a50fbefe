"""Walks through one JSON text value by value without holding all of it; it knows nothing of rows.

Memory is bounded by the longest single value: what was walked over is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from desktop.engine.data.reading import files
from desktop.engine.data.reading.strict_json import BrokenJSON, skip_space, value_at

_MARGIN = 16
"""Characters before the end of what is known in which half a number or literal may look like a mistake."""


class TooLongError(BrokenJSON):
    """A single value would fill the memory."""


class JsonStream:
    """A window that slides over a text which arrives in pieces.

    Attributes:
        line: line of the character that comes next, from 1.
        raw: text of the last value whose content was at fault.
    """

    def __init__(self, pieces: Iterator[str]) -> None:
        """Take nothing from ``pieces`` yet."""
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._counted = 0
        self._ended = False
        self._column = 0  # characters of the current line that were forgotten
        self.line = 1
        self.raw = ""

    def peek(self) -> str:
        """Return the next character that is no white space, empty at the end; it stays the next."""
        while True:
            self._move(skip_space(self._text, self._at))
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def skip(self) -> None:
        """Go on by one character."""
        self._move(self._at + 1)

    def value(self) -> tuple[Any, str]:
        """Return the next value and the text it was read from.

        Raises:
            BrokenJSON: it is broken; where only its content is at fault (``end`` is set), the next one can be read.
        """
        self.peek()
        while True:
            start = self._at
            try:
                value, end = value_at(self._text, start)
            except BrokenJSON as error:
                if (self._may_be_cut(error) or error.end == len(self._text)) and self._grow():
                    continue
                if error.end is not None:
                    self.raw = self._text[start : error.end]
                    self._move(error.end)
                raise
            # A number may go on behind the cut, also one cut within its fraction or exponent.
            if self._text[start] not in '"[{' and not self._text[end:].strip(".eE+-") and self._grow():
                continue
            raw = self._text[start:end]
            self._move(end)
            return value, raw

    def place_of(self, error: BrokenJSON) -> tuple[int, int]:
        """Return line and column of a broken value that was just met."""
        position = min(error.position, len(self._text))
        line = self.line + self._text.count("\n", self._at, position)
        before = self._text.rfind("\n", 0, position) + 1
        return line, position - before + 1 + (self._column if before == 0 else 0)

    def fault(self, reason: str) -> BrokenJSON:
        """Return the fault that the next character is not the one expected."""
        return BrokenJSON(reason, self._at, at_end=self.peek() == "")

    def character_of(self, error: BrokenJSON) -> str:
        """Return the character at which a broken value stopped making sense, empty at the end."""
        return self._text[error.position : error.position + 1]

    def _may_be_cut(self, error: BrokenJSON) -> bool:
        return not self._ended and (error.at_end or error.position >= len(self._text) - _MARGIN)

    def _move(self, position: int) -> None:
        self.line += self._text.count("\n", self._at, position)
        self._at = position

    def _grow(self) -> bool:
        """Take as much again as is still needed; forget what lies behind."""
        piece = None if self._ended else next(self._pieces, None)
        if piece is None:
            self._ended = True
            return False
        if self._at:
            gone = self._text[: self._at]
            breaks = gone.rfind("\n")
            self._column = len(gone) - breaks - 1 if breaks >= 0 else self._column + len(gone)
            self._text, self._at = self._text[self._at :], 0
        if len(self._text) > files.LONGEST_LINE:
            raise TooLongError("a value is longer than 64 million characters", 0)
        parts, size = [self._text], 0
        while piece is not None:
            parts.append(piece)
            size += len(piece)
            if size > len(self._text) or size + len(self._text) > files.LONGEST_LINE:
                break
            piece = next(self._pieces, None)
        self._ended = piece is None
        self._text = "".join(parts)
        return True
