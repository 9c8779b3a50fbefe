"""Starts the engine as a process of its own that outlives whoever started it; it knows nothing of torch or screens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import desktop
from desktop import paths
from desktop.engine.errors import UserError
from desktop.engine.hardware import hardware
from desktop.engine.run_folder import RunFolder

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
# Threads that wait by spinning starve a second process on a small machine: training slowed sevenfold without these.
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "TOKENIZERS_PARALLELISM": "false"}
# cuBLAS is only deterministic with a fixed workspace, and reads this when CUDA starts.
DETERMINISTIC = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}


def launch(run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
    """Start the engine on ``run``, detached, with everything it prints going to the run's log."""
    words = ["--engine", str(run.path), *(["--resume"] if resume else [])]
    return detached(words, run.log_file, run.path, environment(_threads(run)), "training process")


def launch_queue() -> subprocess.Popen[bytes]:
    """Start what works off the queue of the workspace, detached; a second one ends at once."""
    return detached(["--queue"], paths.logs() / "queue.log", paths.workspace(), environment(1), "queue")


def detached(
    words: Sequence[str], log_file: Path, folder: Path, values: Mapping[str, str], what: str
) -> subprocess.Popen[bytes]:
    """Start this program with ``words`` in ``folder`` so that it outlives us; raise :class:`UserError` where it cannot.

    What it prints is appended to ``log_file``; ``values`` is its environment; ``what`` says in the refusal what it is.
    """
    try:
        with log_file.open("ab") as log:
            return subprocess.Popen(
                [*program(), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=dict(values),
                start_new_session=os.name != "nt",
                creationflags=_windows_flags(),
                close_fds=True,
            )
    except OSError as error:
        raise UserError(
            "cannot_start",
            f"The {what} could not be started: {error.strerror}.",
            "Close other programs or check the workspace's permissions, then try again.",
        ) from error


def program() -> list[str]:
    """Return the words that start this program: a frozen one is its own, else the interpreter runs the package."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop"]


def environment(threads: int, *, online: bool = False) -> dict[str, str]:
    """Return the environment of a child that computes: offline, quiet, deterministic, with ``threads`` threads.

    With ``online`` nothing keeps it from the network: for a child that fetches what the user asked for.
    """
    root = str(Path(desktop.__file__).resolve().parent.parent)
    before = os.environ.get("PYTHONPATH")
    values = {**os.environ, **OFFLINE}
    return {
        **{name: value for name, value in values.items() if not (online and name.endswith("_OFFLINE"))},
        **QUIET,
        **DETERMINISTIC,
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join([root, before] if before else [root]),  # the child's folder is the run's
    }


def _threads(run: RunFolder) -> int:
    return run.job().training.threads or hardware().threads()


def _windows_flags() -> int:
    if os.name != "nt":
        return 0
    # New group and no console: closing the window, or Ctrl+C in a terminal, does not reach the engine.
    return int(getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)) | int(getattr(subprocess, "CREATE_NO_WINDOW", 0))
