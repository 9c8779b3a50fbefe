"""What the lengths of rows mean, in words and as a table of numbers; it knows no tokenizer and no widget."""

from __future__ import annotations

from desktop.flow.wizard_findings import LengthsFound

_MOST_BINS = 200


def verdict(lengths: LengthsFound, max_length: int) -> tuple[str, str]:
    """Return which share of the rows fits whole, and its tone."""
    share = lengths.whole_at(max_length)
    said = "All rows fit whole" if share >= 1 else f"{min(99.9, 100 * share):.1f} % fit whole"
    return said, "ok" if share > 0.95 else "warn"


def costs(lengths: LengthsFound) -> str:
    """Return what padding wastes and what packing would save, in sentences; empty where it was not measured."""
    said = []
    if lengths.padding_waste is not None:
        words = f"{100 * lengths.padding_waste:.0f} % of a batch is padding"
        if lengths.padding_waste_grouped is not None:
            words += f", {100 * lengths.padding_waste_grouped:.0f} % with rows of like length together"
        said.append(f"{words}.")
    if lengths.packing_gain is not None and lengths.packing_gain > 1.005:
        said.append(f"Packing rows end to end would make an epoch {lengths.packing_gain:.1f} times shorter.")
    return " ".join(said)


def bins(lengths: LengthsFound) -> list[list[str]]:
    """Return the picture as lines of a table: from where to where, how many rows, which share."""
    whole = sum(lengths.counts) or 1
    lines = []
    for low, high, count in zip(lengths.edges, lengths.edges[1:], lengths.counts, strict=False):
        if count:
            lines.append([f"{low:,} to {max(low, high - 1):,}", f"{count:,}", f"{100 * count / whole:.1f} %"])
    return lines[:_MOST_BINS]
