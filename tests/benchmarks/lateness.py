"""How late the window's event loop is, beside an idle loop in the same run: start-up, training, chat."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.child import probe
from tests.benchmarks.figures import percentile, show

PHASES = ("idle", "start", "training", "chat")


def main() -> None:
    """Measure each phase in a process of its own and print p99 and worst in milliseconds."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for phase in PHASES:
            late = probe("lateness_probe", phase, workspace=Path(folder) / phase)["late_ms"]
            rows.append([phase, str(len(late)), f"{percentile(late, 0.99):.1f}", f"{max(late):.1f}"])
    show("Lateness of a 10 ms timer (bar: p99 5 ms, worst 16 ms)", ["phase", "ticks", "p99, ms", "worst, ms"], rows)
