"""Medians, percentiles and one table; it knows nothing of what is measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of ``values`` do not exceed (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def median(values: Iterable[float]) -> float:
    """Return the median; 0 of none."""
    found = list(values)
    return statistics.median(found) if found else 0.0


def show(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print one table."""
    table = Table(title=title, title_justify="left")
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)
