"""Runs ``fettle`` in a process of its own, as a user does; it knows no command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

COMMAND = (sys.executable, "-m", "desktop")


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """Standard output as the one JSON value it must be."""
        return json.loads(self.out)


def run_fettle(*words: str, timeout: float = 240, before: Callable[[], None] | None = None) -> Said:
    """Run a command to its end; ``before`` runs in the child just before it starts (POSIX)."""
    done = subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
        preexec_fn=before,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def start_fettle(*words: str) -> subprocess.Popen[str]:
    """Start a command and leave it running; whoever starts it waits for it."""
    return subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
