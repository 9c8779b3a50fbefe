"""How long the longest frame is while a table of a million rows is scrolled, paged and jumped through."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.child import probe
from tests.benchmarks.figures import percentile, show

WAYS = ("wheel", "pages", "jumps")


def main() -> None:
    """Scroll in each way in a process of its own and print median, p99 and worst in milliseconds."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            frames = probe("scroll_probe", way, workspace=Path(folder) / way)["frames_ms"]
            figures = (percentile(frames, 0.5), percentile(frames, 0.99), max(frames))
            rows.append([way, str(len(frames)), *(f"{figure:.1f}" for figure in figures)])
    title = "Frames of a table of 1,000,000 rows (bar: worst 16 ms)"
    show(title, ["way", "frames", "median, ms", "p99, ms", "worst, ms"], rows)
