"""Blocks of JSON Lines whose every value is text, parsed into columns at once; anything else is left to others.

It knows no row, and is sure or silent: Arrow's parser refuses a name that stands twice, a value of another type, halves
of characters and control characters in texts; each line is one object if it begins and ends as one and all are counted.
Lines without an escape need no parser where all are written alike, which takes 0.4 of the time (measured).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from desktop.engine.data.reading.alike import cut_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyarrow import Table

_LINE, _OPEN, _CLOSE, _ESCAPE = b"\n{}\\"
_FEW = 4
"""One line in so many may have an escape for the others to be cut: more, and putting both together costs too much."""


def text_columns(block: bytes, names: Sequence[str]) -> Table | None:
    """Return the columns ``names`` of ``block``, ``None`` where some line is not just these names with a text each."""
    import numpy as np

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
    except UnicodeDecodeError:
        return None
    table = _cut(block, data, names, starts, ends)
    return _parsed(block, names, len(ends)) if table is None else table


def _cut(
    block: bytes, data: NDArray[Any], names: Sequence[str], starts: NDArray[Any], ends: NDArray[Any]
) -> Table | None:
    """Return the columns if most lines can be cut, those with an escape parsed."""
    import numpy as np
    import pyarrow as pa

    if np.count_nonzero(data < ord(" ")) != len(ends):
        return None
    if b"\\" not in block:
        return cut_columns(block, names, starts, ends)
    escaped = np.zeros(len(ends), bool)
    escaped[np.searchsorted(ends, np.flatnonzero(data == _ESCAPE))] = True
    plain, rest = np.flatnonzero(~escaped), np.flatnonzero(escaped)
    if len(rest) * _FEW > len(ends):
        return None
    cut = cut_columns(block, names, starts[plain], ends[plain])
    if cut is None:
        return None
    parsed = _parsed(b"".join(block[starts[line] : ends[line] + 1] for line in rest.tolist()), names, len(rest))
    if parsed is None:
        return None
    order = np.argsort(np.concatenate([plain, rest]), kind="stable")
    return pa.concat_tables([cut, parsed]).combine_chunks().take(pa.array(order)).combine_chunks()


def _parsed(block: bytes, names: Sequence[str], lines: int) -> Table | None:
    import pyarrow as pa
    import pyarrow.json

    try:
        table = pa.json.read_json(
            pa.BufferReader(block),
            pa.json.ReadOptions(use_threads=False, block_size=len(block) + 1),
            pa.json.ParseOptions(
                explicit_schema=pa.schema([(name, pa.string()) for name in names]), unexpected_field_behavior="error"
            ),
        )
    except pa.ArrowException:
        return None
    whole = table.num_rows == lines and not any(column.null_count for column in table.columns)
    return table.combine_chunks() if whole else None
