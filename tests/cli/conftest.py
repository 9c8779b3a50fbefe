"""Runs ``fettle``: in this process for commands without libraries, in one of its own for the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.program import main


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


@pytest.fixture
def fettle(capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command in this process."""

    def run(*words: str) -> Said:
        capfd.readouterr()
        code = main(words)
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def fettle_process(workspace: Path) -> Callable[..., Said]:
    """Run a command in a process of its own, as a user does."""

    def run(*words: str, timeout: float = 120, **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "desktop", *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
            env={**os.environ, **environment},
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run
