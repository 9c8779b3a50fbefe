"""Scripts for the fake engine and the launch that plays them; tests of the bridge and of the run views share them."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import desktop
from desktop.engine import events as ev
from desktop.engine.run_folder import RunFolder

FAKE = Path(__file__).parent.parent / "fakes" / "fake_engine.py"
ROOT = Path(desktop.__file__).resolve().parent.parent


def planned(total: int, points: int = 40) -> list[float]:
    """The learning rate the fake engine follows, at evenly spaced steps."""
    warm = max(1, total // 20)
    steps = [1 + round(place * (total - 1) / (points - 1)) for place in range(points)]
    return [
        2e-3 * (step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm))))
        for step in steps
    ]


def opening(total: int = 12) -> list[Any]:
    """The events up to the first step."""
    return [
        ev.Started(pid=0, host="here", version="0", device="cpu"),
        ev.PhaseStarted(phase="check"),
        ev.PhaseStarted(phase="load"),
        ev.PhaseStarted(phase="prepare"),
        ev.Planned(
            total_steps=total, epochs=3.0, rows_train=180, rows_validation=20, tokens_per_epoch=9_000,
            parameters=5_800_000, trainable=49_152, learning_rate=2e-3, schedule=planned(total),
            predicted_mib=640.0, limit_mib=4_096.0,
        ),
        ev.PhaseStarted(phase="train"),
    ]  # fmt: skip


def closing(total: int = 12) -> list[Any]:
    """The events after the last step of a run that goes well."""
    return [
        ev.PhaseStarted(phase="save"),
        ev.Finished(status="finished", step=total, seconds=2.0, peak_mib=612.0,
                    metrics={"before": {"loss": 2.31}, "after": {"loss": 0.64}}),
    ]  # fmt: skip


class FakeLaunch:
    """Starts the fake engine in place of the real one; a second launch of a run plays ``again`` if there is one.

    Attributes:
        processes: everything started, newest last.
    """

    def __init__(self, folder: Path, script: list[Any], again: list[Any] | None = None) -> None:
        self._folder = folder
        self._script = script
        self._again = again
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
        script = self._again if resume and self._again is not None else self._script
        file = self._folder / f"script-{len(self.processes)}.jsonl"
        lines = [line.to_line().strip() if isinstance(line, ev.Event) else json.dumps(line) for line in script]
        file.write_text("\n".join(lines), encoding="utf-8")
        with run.log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(FAKE), str(run.path), str(file), *(["--resume"] if resume else [])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def end(self) -> None:
        """End whatever still runs; the code under test may have let go of its handle."""
        for process in self.processes:
            with contextlib.suppress(OSError):
                if process.returncode is None or _is_child(process.pid):
                    process.kill() if process.returncode is None else os.kill(process.pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(process.pid, 0)
            process.returncode = process.returncode or 0


def _is_child(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False
