"""The plain texts inside canonical rows: read for tokenizers and checks, or rewritten; it knows no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from desktop.engine.data.rows import Row

_NO_TEXT = frozenset({"label", "rating", "tools"})


def texts_of(rows: Iterable[Row]) -> Iterator[str]:
    """Yield every text of every row: messages one by one, never labels."""
    for row in rows:
        for name, value in row.items():
            if name not in _NO_TEXT:
                yield from _texts_in(value)


def with_texts(row: Row, change: Callable[[str], str]) -> Row:
    """Return ``row`` with every text that :func:`texts_of` yields put through ``change``."""
    return {name: value if name in _NO_TEXT else _changed(value, change) for name, value in row.items()}


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for message in value:
            yield message["content"]


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [{**message, "content": change(message["content"])} for message in value]
    return value
