"""How long rows are in tokens, and what a longest length would cut; it knows neither tokenizers nor files."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

BINS = 32
_BATCHES_TOGETHER = 50  # the trainer sorts this many batches at a time when it puts rows of like length together


@dataclass(frozen=True)
class Lengths:
    """Token lengths of many rows against a longest length.

    Attributes:
        rows: rows counted.
        shortest: of all rows.
        median: of all rows.
        mean: of all rows.
        longest: of all rows.
        tokens: of all rows together.
        trained: tokens trained on, before anything is cut.
        maximum: the longest length asked about.
        truncated: rows longer than that.
        lost: rows whose every trained token would be cut away.
        cut_tokens: tokens cut off in all.
        edges: borders of the histogram's bins, one more than there are bins.
        counts: rows in each bin.
    """

    rows: int
    shortest: int
    median: int
    mean: float
    longest: int
    tokens: int
    trained: int
    maximum: int
    truncated: int
    lost: int
    cut_tokens: int
    edges: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """Return the figures as text, for those who cannot or will not read a histogram."""
        share = 1 - self.truncated / self.rows if self.rows else 1.0
        text = f"{share:.1%} of the rows fit whole into {self.maximum:,} tokens; median {self.median:,}"
        text += f", longest {self.longest:,}."
        if self.lost:
            text += f" {self.lost:,} rows would lose their whole answer and teach nothing."
        return text

    def as_dict(self) -> dict[str, Any]:
        """Return the form that crosses a process boundary."""
        return {
            **asdict(self),
            "share_truncated": self.truncated / self.rows if self.rows else 0.0,
            "share_cut": self.cut_tokens / self.tokens if self.tokens else 0.0,
            "sentence": self.sentence,
        }


def measure(lengths: Sequence[int], first_trained: Sequence[int], trained: Sequence[int], maximum: int) -> Lengths:
    """Count ``lengths`` against ``maximum``.

    Args:
        lengths: tokens of each row.
        first_trained: index of each row's first trained token, its length where there is none.
        trained: trained tokens of each row.
        maximum: tokens a row may have.
    """
    ordered = sorted(lengths)
    longest = ordered[-1] if ordered else 0
    edges = _edges(longest)
    counts = [0] * (len(edges) - 1)
    width = edges[1] - edges[0]
    for length in lengths:
        counts[min(length // width, len(counts) - 1)] += 1
    truncated = sum(length > maximum for length in lengths)
    lost = sum(
        first >= maximum and some > 0 for first, some in zip(first_trained, trained, strict=True)
    )  # fmt: skip
    return Lengths(
        rows=len(ordered),
        shortest=ordered[0] if ordered else 0,
        median=ordered[len(ordered) // 2] if ordered else 0,
        mean=sum(ordered) / len(ordered) if ordered else 0.0,
        longest=longest,
        tokens=sum(ordered),
        trained=sum(trained),
        maximum=maximum,
        truncated=truncated,
        lost=lost,
        cut_tokens=sum(max(0, length - maximum) for length in lengths),
        edges=tuple(edges),
        counts=tuple(counts),
    )


@dataclass(frozen=True)
class Padding:
    """What batches of several rows cost, each filled up to its longest row.

    Attributes:
        padding_waste: share of a batch's places that are filling, rows in random order.
        padding_waste_grouped: the same with rows of like length together.
        packed_rows: rows that would be left if all were laid end to end.
        packed_filled: share of their places that hold text.
        packing_gain: how many times fewer rows those are.
    """

    padding_waste: float
    padding_waste_grouped: float
    packed_rows: int
    packed_filled: float
    packing_gain: float


def pad(lengths: Sequence[int], maximum: int, batch_size: int, seed: int) -> Padding:
    """Count what padding and packing would do to rows of these lengths, cut at ``maximum``; chance is seeded."""
    cut = [min(length, maximum) for length in lengths]
    order = random.Random(seed).sample(cut, len(cut))
    together = _BATCHES_TOGETHER * batch_size
    grouped = [
        length
        for start in range(0, len(order), together)
        for length in sorted(order[start : start + together], reverse=True)
    ]
    total = sum(lengths)
    packed = -(-total // maximum)
    return Padding(
        padding_waste=_waste(order, batch_size),
        padding_waste_grouped=_waste(grouped, batch_size),
        packed_rows=packed,
        packed_filled=total / (packed * maximum) if packed else 0.0,
        packing_gain=len(lengths) / packed if packed else 1.0,
    )


def _waste(lengths: Sequence[int], batch_size: int) -> float:
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    places = sum(max(batch) * len(batch) for batch in batches)
    return 1 - sum(lengths) / places if places else 0.0


def _edges(longest: int) -> list[int]:
    """Return bin borders from zero to beyond the longest row, of a width people count in."""
    width = max(1, -(-(longest + 1) // BINS))
    for step in (1, 2, 4, 8, 16, 32, 64):
        if width <= step:
            width = step
            break
    else:
        width = -(-width // 64) * 64
    return list(range(0, longest + width + 1, width))
