"""The plain texts inside canonical rows, for tokenizers to learn from and to be measured on; it knows no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from desktop.engine.data.rows import Row

_NO_TEXT = frozenset({"label"})


def texts_of(rows: Iterable[Row]) -> Iterator[str]:
    """Yield every text of every row: messages one by one, never labels."""
    for row in rows:
        for name, value in row.items():
            if name not in _NO_TEXT:
                yield from _texts_in(value)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for message in value:
            yield message["content"]
