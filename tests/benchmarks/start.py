"""How long the window takes to its first paint and what it weighs, beside an empty Qt window in the same run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.child import probe
from tests.benchmarks.figures import median, show

RUNS = 7


def main() -> None:
    """Start both windows in turn and print medians and ratios; the first pair only warms the disk's cache."""
    found: dict[str, list[dict[str, float]]] = {"bare": [], "fettle": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(RUNS + 1):
            for kind, measured in found.items():
                figures = probe("start_probe", kind, workspace=Path(folder))
                if turn:
                    measured.append(figures)
    rows = []
    for kind, measured in found.items():
        seconds, mib = median(m["seconds"] for m in measured), median(m["mib"] for m in measured)
        rows.append([kind, f"{seconds:.3f}", f"{max(m['seconds'] for m in measured):.3f}", f"{mib:.0f}"])
    ratios = [
        median(f[key] / b[key] for f, b in zip(found["fettle"], found["bare"], strict=True))
        for key in ("seconds", "mib")
    ]
    rows.append(["fettle / bare", f"{ratios[0]:.2f}", "", f"{ratios[1]:.2f}"])
    show("Window start (bar: 0.5 s, 150 MiB)", ["window", "first paint, s", "slowest, s", "memory, MiB"], rows)
