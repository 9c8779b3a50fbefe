"""How far a long reading is, in words: share, rows, rate, time left; it knows no operation and no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.engine.memory.sizes import MIB, size


@dataclass(frozen=True)
class Progress:
    """One moment of something that takes a while.

    Attributes:
        what: what is under way.
        done: how much of it is done, in whatever it is counted.
        total: how much there is, 0 while unknown.
        rows: rows so far, 0 where they are not counted apart.
        rate: rows a second, 0 while unknown.
        left: seconds to go, ``None`` while unknown.
    """

    what: str
    done: int = 0
    total: int = 0
    rows: int = 0
    rate: float = 0.0
    left: float | None = None

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1; ``None`` while it cannot be said."""
        return min(1.0, self.done / self.total) if self.total > 0 else None

    @property
    def words(self) -> str:
        """The same as one line."""
        parts = [self.what]
        if self.rows:
            if self.total:
                parts.append(f"{size(self.done / MIB)} of {size(self.total / MIB)}")
            parts.append(f"{self.rows:,} rows")
        elif self.done:
            parts.append(f"{self.done:,} of {self.total:,}" if self.total else f"{self.done:,}")
        if self.rate >= 1:
            parts.append(f"{round(self.rate):,} rows a second")
        if self.left is not None:
            parts.append(left_words(self.left))
        return ", ".join(part for part in parts if part)


def progress_from(piece: Mapping[str, Any]) -> Progress:
    """Return what one streamed piece says."""
    left = piece.get("left")
    return Progress(
        what=str(piece.get("what") or ""),
        done=int(piece.get("done") or 0),
        total=int(piece.get("total") or 0),
        rows=int(piece.get("rows") or 0),
        rate=float(piece.get("rate") or 0.0),
        left=float(left) if left is not None else None,
    )


def left_words(seconds: float) -> str:
    """Return how long it still takes, as people say it."""
    if seconds < 1.5:
        return "about a second left"
    if seconds < 100:
        return f"about {round(seconds)} seconds left"
    minutes = seconds / 60
    return f"about {round(minutes)} minutes left" if minutes < 90 else f"about {minutes / 60:.1f} hours left"
