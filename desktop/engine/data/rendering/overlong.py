"""What becomes of a row that is longer than the longest, in numbers and words; it knows no file and no objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desktop.engine.data.rendering.rendered import CLOSING, OPENING, Rendered


@dataclass(frozen=True)
class Fate:
    """What happens to one row.

    Attributes:
        cut: tokens that are cut off.
        parts: rows it becomes; 0 where it is left out.
        removed: what is taken away, in sentences; empty where nothing is.
        beyond: index of the first token that is cut off, ``None`` where there is no one place to show.
    """

    cut: int = 0
    parts: int = 1
    removed: str = ""
    beyond: int | None = None

    def as_dict(self, rendered: Rendered) -> dict[str, Any]:
        """Return the form that crosses a process boundary; ``beyond`` there counts pieces of ``rendered``."""
        at = self.beyond
        tokens = [piece.token for piece in rendered.walk()]
        beyond = None if at is None else tokens.index(at)
        counts = f"{rendered.trained:,} of {len(rendered.input_ids):,} tokens are learned"
        legend = f"({counts}: those between {OPENING} and {CLOSING}.)"
        return {
            "cut": self.cut,
            "parts": self.parts,
            "removed": self.removed,
            "beyond": beyond,
            "as_text": "\n".join(line for line in (rendered.as_text, legend, self.removed) if line),
        }


def windows(length: int, longest: int) -> list[slice]:
    """Return the consecutive stretches of at most ``longest`` tokens that a row of ``length`` is split into."""
    return [slice(start, min(start + longest, length)) for start in range(0, length, longest)]


def learns(mask: Sequence[bool]) -> bool:
    """Tell whether a row with this mask teaches anything: its first token is predicted by nothing."""
    return any(mask[1:])


def fate_of(rendered: Rendered, kind: str, longest: int, overlong: str) -> Fate:
    """Return what happens to a row of any kind but a pair of source and target."""
    length = len(rendered.input_ids)
    over = length - longest
    if over <= 0:
        return Fate()
    if overlong == "drop":
        but = "; pre-training keeps it, for there texts lie end to end." if kind == "text" else "."
        return Fate(parts=0, removed=f"The row is {_tokens(over)} longer than the longest row and is left out{but}")
    if kind == "text":
        return Fate(parts=len(windows(length, longest)), removed="The text goes on in the next row; nothing is lost.")
    if overlong == "split":
        return _split(rendered, longest)
    lost = sum(rendered.labels_mask[longest:])
    said = f"The last {_tokens(over)} of {length:,} are cut off" + (
        f", {lost:,} of them to be learned." if lost else "."
    )
    kept = learns(rendered.labels_mask[:longest]) or not rendered.trained
    if not kept:
        said += " Nothing of the answer is left, so the row is left out."
    return Fate(over, int(kept), said, longest)


def fate_of_pair(source: Rendered, target: Rendered, longest: int, overlong: str) -> Fate:
    """Return what happens to a pair: each side has the longest length to itself, and keeps its end mark."""
    over = {name: max(0, len(side.input_ids) - longest) for name, side in (("source", source), ("target", target))}
    if not any(over.values()):
        return Fate()
    if overlong == "drop":
        return Fate(parts=0, removed="The pair is longer than the longest row and is left out.")
    said = " ".join(
        f"Of the {name} {_tokens(count)} before its end mark are cut off." for name, count in over.items() if count
    )
    return Fate(sum(over.values()), 1, said)


def _split(rendered: Rendered, longest: int) -> Fate:
    parts = windows(len(rendered.input_ids), longest)
    kept = sum(learns(rendered.labels_mask[part]) for part in parts)
    said = f"The row becomes {len(parts):,} rows; nothing is cut off."
    if rendered.trained and kept < len(parts):
        many = len(parts) - kept
        said += " One of them holds" if many == 1 else f" {many:,} of them hold"
        said += " nothing to learn and is left out." if many == 1 else " nothing to learn and are left out."
    return Fate(0, kept, said)


def _tokens(count: int) -> str:
    return f"{count:,} token" if count == 1 else f"{count:,} tokens"
