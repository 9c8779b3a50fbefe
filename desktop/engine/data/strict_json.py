"""Reads JSON values and says in words what is wrong with one; it knows neither rows nor files."""

from __future__ import annotations

import json
from typing import Any

_DECODER = json.JSONDecoder()
_SPACE = " \t\n\r"


class BrokenJSON(Exception):
    """A text is not JSON.

    Attributes:
        reason: what is wrong, in words, without the place.
        position: index of the character where reading stopped.
        at_end: whether the text stops in the middle of a value.
    """

    def __init__(self, reason: str, position: int, *, at_end: bool = False) -> None:
        """Keep the parts apart: a line reader and a file reader tell the place differently."""
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.at_end = at_end


def value_at(text: str, position: int = 0) -> tuple[Any, int]:
    """Return the JSON value that starts at ``position`` and the index behind it; raise :class:`BrokenJSON`."""
    position = skip_space(text, position)
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        at_end = _stops_early(text, error)
        reason = "the text ends in the middle of a value" if at_end else _plain(error.msg)
        raise BrokenJSON(reason, error.pos, at_end=at_end) from error
    except RecursionError as error:
        raise BrokenJSON("values are nested too deeply to be data", position) from error
    except ValueError as error:  # an integer of thousands of digits
        raise BrokenJSON("a number has too many digits", position) from error


def whole_value(text: str) -> Any:
    """Return the only JSON value in ``text``; raise :class:`BrokenJSON` where something follows it."""
    value, end = value_at(text)
    end = skip_space(text, end)
    if end != len(text):
        raise BrokenJSON("something follows the value", end)
    return value


def skip_space(text: str, position: int) -> int:
    """Return the index of the first character at or after ``position`` that is no JSON white space."""
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _stops_early(text: str, error: json.JSONDecodeError) -> bool:
    # A quote left open within a file trips over the line break; only one in the last line runs to the end.
    return error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip())


def _plain(message: str) -> str:
    known = {
        "Expecting value": "a value is missing",
        "Expecting ',' delimiter": "a comma is missing between two values",
        "Expecting ':' delimiter": "a colon is missing after a name",
        "Expecting property name enclosed in double quotes": "a name in double quotes is missing",
        "Illegal trailing comma before end of object": "there is a comma before the closing brace",
        "Illegal trailing comma before end of array": "there is a comma before the closing bracket",
    }
    if message.startswith("Invalid control character"):
        return "a line break or control character stands inside quotes, or a quote is not closed"
    return known.get(message, message[:1].lower() + message[1:])
