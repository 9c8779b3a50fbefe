"""Runs one probe in a fresh interpreter and returns the JSON it prints last; it knows no probe in particular."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SPAWNED = "FETTLE_BENCH_SPAWNED"
ROOT = Path(__file__).resolve().parents[2]


def probe(module: str, *words: str, workspace: Path, timeout: float = 600) -> dict[str, Any]:
    """Run ``tests.benchmarks.<module>`` with ``words`` in ``workspace`` and return what it measured."""
    settings = {
        **os.environ,
        "FETTLE_WORKSPACE": str(workspace),
        "PYTHONPATH": str(ROOT),
        SPAWNED: repr(time.time()),  # the system tells a process's birth in whole seconds only
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{module}", *words],
        cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, timeout=timeout, check=True,
    )  # fmt: skip
    measured: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured
