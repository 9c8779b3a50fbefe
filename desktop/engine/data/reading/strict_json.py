"""Reads JSON values and says in words what is wrong with one; it knows neither rows nor files.

Stricter than the standard library: a name that stands twice in one object, ``NaN`` and nesting nobody writes are
faults, because each of them would be lost, changed or fatal further on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

DEEPEST = 200
"""Levels of nesting beyond which a value is no data."""

_SPACE = re.compile(r"[ \t\n\r]*")


class BrokenJSON(Exception):
    """A text is not JSON.

    Attributes:
        reason: what is wrong, in words, without the place.
        position: index of the character where reading stopped; where ``end`` is known, of the value's beginning.
        at_end: whether the text stops in the middle of a value.
        end: index behind the value where only its content is at fault, so that what follows can be read.
    """

    def __init__(self, reason: str, position: int, *, at_end: bool = False, end: int | None = None) -> None:
        """Keep the parts apart: a line reader and a file reader tell the place differently."""
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.at_end = at_end
        self.end = end


class _Refused(Exception):
    """Raised within the parser for a value that is well-formed and unusable."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Refused(f"the name `{twice[:80]}` stands twice in it")
    return values


def _constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is no JSON value; null stands for nothing")


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
_LENIENT = json.JSONDecoder(parse_int=str)


def value_at(text: str, position: int = 0) -> tuple[Any, int]:
    """Return the JSON value that starts at ``position`` and the index behind it; raise :class:`BrokenJSON`."""
    position = skip_space(text, position)
    try:
        value, end = _STRICT.raw_decode(text, position)
    except json.JSONDecodeError as error:
        raise _broken(text, error) from error
    except RecursionError as error:
        raise BrokenJSON(_TOO_DEEP, position) from error
    except _Refused as refused:
        raise BrokenJSON(str(refused), position, end=_end_of(text, position)) from refused
    except ValueError as error:  # an integer of thousands of digits
        raise BrokenJSON("a number has too many digits", position, end=_end_of(text, position)) from error
    if _is_deep(text, position, end, value):
        raise BrokenJSON(_TOO_DEEP, position, end=end)
    return value, end


def whole_value(text: str) -> Any:
    """Return the only JSON value in ``text``; raise :class:`BrokenJSON` where something follows it."""
    value, end = value_at(text)
    end = skip_space(text, end)
    if end != len(text):
        raise BrokenJSON("something follows the value", end)
    return value


def skip_space(text: str, position: int) -> int:
    """Return the index of the first character at or after ``position`` that is no JSON white space."""
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _end_of(text: str, position: int) -> int:
    """Return the index behind a value whose content was refused; what is broken further on counts more."""
    try:
        return _LENIENT.raw_decode(text, position)[1]
    except json.JSONDecodeError as error:
        raise _broken(text, error) from error
    except RecursionError as error:
        raise BrokenJSON(_TOO_DEEP, position) from error


def _is_deep(text: str, start: int, end: int, value: Any) -> bool:
    if text.count("[", start, end) + text.count("{", start, end) <= DEEPEST:
        return False
    if not isinstance(value, dict | list):
        return False
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            return True
        inner: list[Any] = []
        for item in level:
            inner += item.values() if isinstance(item, dict) else item
        level = [item for item in inner if isinstance(item, dict | list)]
    return False


def _broken(text: str, error: json.JSONDecodeError) -> BrokenJSON:
    at_end = _stops_early(text, error)
    reason = "the text ends in the middle of a value" if at_end else _plain(error.msg)
    return BrokenJSON(reason, error.pos, at_end=at_end)


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


_TOO_DEEP = "values are nested too deeply to be data"
