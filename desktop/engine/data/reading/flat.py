"""Blocks of JSON Lines whose every value is text, parsed into columns at once; anything else is left to others.

It knows no row, and is sure or silent: Arrow's parser refuses a name that stands twice, a value of another type, halves
of characters and control characters in texts; each line is one object if it begins and ends as one and all are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow import Table

_LINE, _OPEN, _CLOSE = b"\n{}"


def text_columns(block: bytes, names: Sequence[str]) -> Table | None:
    """Return the columns ``names`` of ``block``, ``None`` where some line is not just these names with a text each."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.json

    data = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(data == _LINE)
    if not len(ends) or ends[-1] != len(data) - 1 or ends[0] == 0:
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    if not ((data[starts] == _OPEN).all() and (data[ends - 1] == _CLOSE).all()):
        return None
    try:
        if not block.isascii():
            block.decode()
        table = pa.json.read_json(
            pa.BufferReader(block),
            pa.json.ReadOptions(use_threads=False, block_size=len(block) + 1),
            pa.json.ParseOptions(
                explicit_schema=pa.schema([(name, pa.string()) for name in names]), unexpected_field_behavior="error"
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    whole = table.num_rows == len(ends) and not any(column.null_count for column in table.columns)
    return table.combine_chunks() if whole else None
