"""A fingerprint of a model's weights that is cheap to take; it knows not who compares it."""

from __future__ import annotations

import hashlib
from pathlib import Path

_WHOLE = 16 * 1024 * 1024  # a file up to this size is read whole
_PIECES = 64
_PIECE = 64 * 1024


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 over names, sizes and samples of the safetensors files in ``folder``, in hex.

    A file of up to 16 MiB is read whole. Of a larger one its beginning, where the header with names, types and shapes
    lies, and 64 pieces of 64 KiB spread evenly to its end are read: training moves nearly every weight, so models that
    were trained apart differ in them, and models of many gigabytes still answer in a moment. It tells other weights
    from the same; it is no proof against somebody who forges a file. Empty where there is nothing to take it of.
    """
    total = hashlib.sha256()
    try:
        files = sorted(path for path in folder.glob("*.safetensors") if path.is_file())
        for path in files:
            size = path.stat().st_size
            total.update(f"{path.name}\0{size}\0".encode())
            with path.open("rb") as file:
                for start, length in _read(size):
                    file.seek(start)
                    total.update(file.read(length))
    except OSError:
        return ""
    return total.hexdigest() if files else ""


def _read(size: int) -> list[tuple[int, int]]:
    """Return which parts of a file of ``size`` bytes are read, as (start, length)."""
    if size <= _WHOLE:
        return [(0, size)]
    last = size - _PIECE
    return [(0, 1024 * 1024), *((last * piece // (_PIECES - 1), _PIECE) for piece in range(_PIECES))]
