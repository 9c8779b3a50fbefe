"""What rows say as numbers: equal rows have equal keys, however they were written down; it knows no file.

Rows of nothing but plain texts, the greater part of most sets, get their keys from Arrow columns without being made.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from desktop.engine.data.library.parts import Column
from desktop.engine.data.library.sketch import bytes_of
from desktop.engine.data.mapping.interpret import Interpretation
from desktop.engine.data.rows import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PRIME = 0x9E3779B97F4A7C15
_ALL = 2**64 - 1
_FORMS = {"chat": 1, "text": 2, "pair": 3, "prompt": 4}
# A text that begins so may be white space, or JSON that stands for something else: a longer look decides.
_UNSURE = b"[{" + bytes([0xC2, 0xE1, 0xE2, 0xE3])


@dataclass
class Sure:
    """What columns of text tell without a row being made.

    Attributes:
        certain: for each record, whether it makes a row beyond doubt.
        keys: the key of that row, uint64.
    """

    certain: NDArray[Any]
    keys: NDArray[Any]


def key_of(row: Row) -> int:
    """Return a 64-bit hash of what a canonical row says: equal rows have equal keys."""
    try:
        plain = _plain_texts(row)
        if plain is not None:
            key, texts = plain
            for text in texts:
                key = (key * _PRIME + xxhash.xxh3_64_intdigest(text.encode())) & _ALL
            return key
        data = orjson.dumps(row)
    except (TypeError, ValueError):
        data = repr(row).encode("utf-8", "surrogatepass")
    return xxhash.xxh3_64_intdigest(data)


def sure_rows(columns: list[Column], interpretation: Interpretation) -> Sure | None:
    """Return which records make a row beyond doubt and its key, ``None`` where that cannot be told from columns."""
    import numpy as np

    shape, projection = interpretation.shape, interpretation.projection
    arrays = {column.name: column.array for column in columns if not column.json}
    mapping = projection.mapping
    if projection.fetches or not shape.flat or not all(role in mapping for role in shape.flat):
        return None
    if any(arrays.get(column) is None or arrays[column].null_count for column in mapping.values()):
        return None
    sure = np.zeros(256, bool)
    sure[33:] = True
    sure[list(_UNSURE)] = False
    count = len(arrays[mapping[shape.flat[0]]])
    certain = np.ones(count, bool)
    keys = np.full(count, _FORMS[shape.kind], np.uint64)
    for role in [*shape.flat, *(role for role in mapping if role not in shape.flat)]:
        data, borders = bytes_of(arrays[mapping[role]])
        filled = np.diff(borders) > 0
        if role not in shape.flat:
            certain &= ~filled
            continue
        certain[filled] &= sure[data[borders[:-1][filled]]]
        certain &= filled
        texts, digest = data.data, xxhash.xxh3_64_intdigest
        hashes = np.fromiter((digest(texts[a:b]) for a, b in pairwise(borders.tolist())), np.uint64, count)
        keys = keys * np.uint64(_PRIME) + hashes
    return Sure(certain, keys)


def _plain_texts(row: Row) -> tuple[int, tuple[str, ...]] | None:
    if "messages" in row and len(row) == 1 and len(row["messages"]) == 2:
        asked, answer = row["messages"]
        if asked["role"] == "user" and answer["role"] == "assistant" and len(asked) == len(answer) == 2:
            return _FORMS["chat"], (asked["content"], answer["content"])
    elif "prompt" in row and len(row) == len(row["prompt"]) == 1:
        (asked,) = row["prompt"]
        if asked["role"] == "user" and len(asked) == 2:
            return _FORMS["prompt"], (asked["content"],)
    elif "text" in row and len(row) == 1:
        return _FORMS["text"], (row["text"],)
    elif "source" in row and "target" in row and len(row) == 2:
        return _FORMS["pair"], (row["source"], row["target"])
    return None
