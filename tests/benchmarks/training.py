"""Whether a run started from the window trains as fast as one started headless, by the medians of its steps."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.child import probe
from tests.benchmarks.figures import median, show

PAIRS = 3


def main() -> None:
    """Train the same job in turn under an open window and alone, and print the ratio pair by pair."""
    pairs: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(PAIRS):
            order = ("window", "headless") if turn % 2 == 0 else ("headless", "window")
            steps = {
                kind: median(probe("training_probe", kind, workspace=Path(folder) / f"{turn}-{kind}")["steps"])
                for kind in order
            }
            pairs.append((steps["window"], steps["headless"]))
    rows = [
        [f"pair {n}", f"{a * 1000:.1f}", f"{b * 1000:.1f}", f"{a / b:.3f}"] for n, (a, b) in enumerate(pairs, start=1)
    ]
    rows.append(["median", "", "", f"{median(a / b for a, b in pairs):.3f}"])
    show("Step of the same job (bar: ratio 1.02)", ["", "window, ms", "headless, ms", "ratio"], rows)
