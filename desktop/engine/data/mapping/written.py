"""One value of a record, as text or opened where its text is JSON; it knows neither columns nor conversations."""

from __future__ import annotations

import json
from typing import Any

from desktop.engine.data.reading.strict_json import BrokenJSON, whole_value
from desktop.engine.data.rows import RowFault

NAMES: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "an object",
    list: "a list",
    str: "text",
    bytes: "raw bytes",
    type(None): "nothing",
}


def text_in(value: Any, place: str, *, empty: bool = False) -> str:
    """Return ``value`` as text; numbers are written out, anything else is a fault told with ``place``.

    Args:
        value: what the record holds.
        place: the column, or the path to the value.
        empty: whether nothing but white space is an answer too.
    """
    # This runs several times for every row of an import, so what nearly every value is comes first.
    if (
        type(value) is str
        and "\0" not in value
        and (value.isascii() or is_whole(value))
        and (empty or (value and not value.isspace()))
    ):
        return value
    return _text_of_any(value, place, empty)


def opened(value: Any) -> Any:
    """Return the list or object that a text holds as JSON, as the cells of a CSV do; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return whole_value(value)
        except BrokenJSON:
            return value
    return value


def is_plain(value: Any) -> bool:
    """Tell whether ``value`` is a text in which nothing can be wrong; of others a longer look decides."""
    return type(value) is str and value.isascii() and value[:1] > " " and "\0" not in value


def is_whole(text: str) -> bool:
    """Tell whether every character is a whole one: halves cannot be encoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_json(value: Any) -> str:
    """Return ``value`` written as JSON, whatever it holds."""
    return json.dumps(value, ensure_ascii=False, default=str)


def name_of(value: Any) -> str:
    """Return what ``value`` is, as a sentence calls it."""
    return NAMES.get(type(value), f"a {type(value).__name__}")


def _text_of_any(value: Any, place: str, empty: bool) -> str:
    if value is None or (isinstance(value, float) and value != value):
        value = ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _number(value, place)
    if not isinstance(value, str):
        raise RowFault(f"`{place}` holds {name_of(value)} where text was expected", "wrong_type")
    if not empty and (not value or value.isspace()):
        raise RowFault(f"`{place}` is empty", "empty")
    if "\0" in value:
        raise RowFault(f"`{place}` holds a NUL character, which no text has", "characters")
    if not is_whole(value):
        raise RowFault(f"`{place}` holds half a character (a lone surrogate)", "characters")
    return value


def _number(value: float, place: str) -> str:
    try:
        return json.dumps(value)
    except ValueError as error:  # Python writes out no number of more than a few thousand digits
        raise RowFault(f"`{place}` holds a number of thousands of digits where text was expected") from error
