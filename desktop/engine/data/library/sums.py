"""Fast sums of what is in files, against accidents and not against malice; it knows nothing of what the files hold."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import xxhash


def sum_of_file(path: Path) -> str:
    """Return the XXH3 of what is in ``path``."""
    made = xxhash.xxh3_64()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            made.update(block)
    return made.hexdigest()


class SummedFile(io.RawIOBase):
    """A file whose sum is taken while it is written, which saves reading all of it once more."""

    def __init__(self, path: Path) -> None:
        """Begin a new file."""
        self._file = path.open("wb")
        self._made = xxhash.xxh3_64()

    @property
    def sum(self) -> str:
        """Return the XXH3 of all that was written."""
        return self._made.hexdigest()

    def writable(self) -> bool:
        """Return that it is."""
        return True

    def write(self, data: Any) -> int:
        """Append ``data``."""
        self._made.update(data)
        return self._file.write(data)

    def close(self) -> None:
        """Write what is still held back."""
        self._file.close()
        super().close()
