"""Lines of JSON that are all written the same way, cut at their quotes into columns of text; it knows no other line.

Without an escape, a quote is the border of a text wherever it stands. So where the first line is sound, each line that
has as many quotes, and between its texts the very same bytes, is sound too, and says what stands between its quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyarrow import Table

_QUOTE = ord('"')
_LONGEST = 2**31 - 1


def cut_columns(block: bytes, names: Sequence[str], starts: NDArray[Any], ends: NDArray[Any]) -> Table | None:
    """Return the columns ``names`` of the lines between ``starts`` and ``ends``, ``None`` where they are not all alike.

    The caller vouches that ``block`` is UTF-8 and that these lines hold neither backslashes nor control characters.
    """
    import numpy as np
    import pyarrow as pa

    data = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    lines, each = len(starts), 4 * len(names)
    first, last = np.searchsorted(quotes, starts), np.searchsorted(quotes, ends)
    if not each or len(block) > _LONGEST or (last - first != each).any():
        return None
    if lines * each != len(quotes):  # lines that are not asked for have some, too
        quotes = quotes[first[:, None] + np.arange(each)]
    borders = quotes.reshape(lines, each)
    begins, stops = borders[:, 2::4] + 1, borders[:, 3::4]
    if not _says(block[starts[0] : ends[0]], names):
        return None
    gaps = [(starts, begins[:, 0]), *((stops[:, at], begins[:, at + 1]) for at in range(len(names) - 1))]
    if not all(_same(block, left, right) for left, right in [*gaps, (stops[:, -1], ends)]):
        return None
    # One long column in which texts and what stands between them take turns shares the bytes of the block.
    turns = np.stack([begins, stops], axis=2).astype(np.int32).reshape(-1)
    taking = pa.StringArray.from_buffers(len(turns) - 1, pa.py_buffer(turns), pa.py_buffer(block))
    places = np.arange(0, 2 * lines * len(names), 2).reshape(lines, len(names))
    return pa.table({name: taking.take(pa.array(places[:, at])) for at, name in enumerate(names)})


def _says(line: bytes, names: Sequence[str]) -> bool:
    """Return whether ``line`` is an object of just these names with a text each."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return type(record) is dict and tuple(record) == tuple(names) and set(map(type, record.values())) == {str}


def _same(block: bytes, left: NDArray[Any], right: NDArray[Any]) -> bool:
    """Return whether the same bytes stand between each of ``left`` and its ``right``."""
    import numpy as np

    size = int(right[0] - left[0])
    if (right - left != size).any():
        return False
    windows = np.ndarray((len(block) - size + 1,), f"V{size}", block, strides=(1,))
    return bool(windows[left].tobytes() == block[left[0] : right[0]] * len(left))
