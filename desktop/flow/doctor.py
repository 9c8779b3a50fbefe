"""Examines the machine: what it has, which versions, and what would not work and why; it loads no library itself.

Whether torch really works is asked of a child, because a broken one can take its process down.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any, Literal

import desktop
from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.hardware import Fact, Hardware, hardware
from desktop.engine.launch import environment
from desktop.engine.models.library import resolve
from desktop.engine.run_folder import write_atomically

State = Literal["ok", "note", "broken"]
LIBRARIES = (
    "torch", "transformers", "trl", "peft", "bitsandbytes", "accelerate", "datasets", "tokenizers", "safetensors",
    "PySide6-Essentials", "pyqtgraph", "numpy", "pydantic",
)  # fmt: skip
PROBE = "import json, torch; print(json.dumps({'cuda': torch.cuda.is_available(), 'built': torch.version.cuda}))"
PROBE_SECONDS = 120
LITTLE_DISK_MIB = 2048
LITTLE_MEMORY_MIB = 2048


@dataclass(frozen=True)
class Check:
    """One thing that works, works with a limit, or does not.

    Attributes:
        id: stable name for programs.
        state: ``ok``, ``note`` (a limit worth knowing) or ``broken``.
        sentence: what was found and what it means.
        cure: what to do about it.
    """

    id: str
    state: State
    sentence: str
    cure: str = ""


@dataclass(frozen=True)
class Examination:
    """Everything found.

    Attributes:
        facts: the machine, line by line.
        versions: of Fettle, Python and the libraries; ``missing`` where one is not installed.
        checks: what works and what does not.
    """

    facts: list[Fact]
    versions: dict[str, str]
    checks: list[Check]

    def as_dict(self) -> dict[str, Any]:
        """Return the form programs read."""
        return asdict(self)


def examine() -> Examination:
    """Look at everything; takes the seconds that loading torch takes."""
    machine = hardware()
    return Examination(
        machine.facts(), versions(), [_workspace(), *_room(machine), _starter(), *_torch(machine), _screen()]
    )


def versions() -> dict[str, str]:
    """Return the versions of Fettle, Python and every library, without loading any."""
    found = {"fettle": desktop.__version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def _workspace() -> Check:
    try:
        folder = paths.workspace()
        probe = folder / ".doctor"
        write_atomically(probe, "")
        probe.unlink()
    except (OSError, UserError) as error:
        return Check("workspace", "broken", f"The workspace cannot be written: {error}", "Set FETTLE_WORKSPACE.")
    return Check("workspace", "ok", f"Your runs are kept in {folder}.")


def _room(machine: Hardware) -> list[Check]:
    checks = []
    if machine.disk_free_mib < LITTLE_DISK_MIB:
        sentence = (
            f"Only {machine.disk_free_mib / 1024:.1f} GB of disk are free; checkpoints of a large model need more."
        )
        checks.append(Check("disk", "note", sentence, "Free some space."))
    if machine.memory_free_mib < LITTLE_MEMORY_MIB:
        sentence = (
            f"Only {machine.memory_free_mib / 1024:.1f} GB of memory are free; the libraries alone take half one."
        )
        checks.append(Check("memory", "note", sentence, "Close other programs."))
    return checks or [Check("room", "ok", "There is room enough on the disk and in memory.")]


def _starter() -> Check:
    try:
        resolve("starter")
    except RequestError:
        return Check("starter", "broken", "The starter model is missing.", "Install Fettle again, or clone it anew.")
    return Check("starter", "ok", "The starter model is here; `fettle quickstart` tunes it in about a minute.")


def _torch(machine: Hardware) -> list[Check]:
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False,
            env=environment(machine.threads()),
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        cure = "Run packaging/start.py again."
        if os.name == "nt":
            cure = "Install the Microsoft Visual C++ Redistributable (x64), then run packaging/start.py again."
        return [Check("torch", "broken", "PyTorch does not load, so nothing can train or answer.", cure)]
    checks = [Check("torch", "ok", "PyTorch loads.")]
    if answer["cuda"]:
        checks.append(Check("cuda", "ok", "The GPU can be used for training."))
    elif machine.gpus:
        built = f"for CUDA {answer['built']}" if answer["built"] else "without CUDA"
        sentence = f"There is a GPU, but PyTorch was built {built} and cannot use it: training runs on the processor."
        checks.append(Check("cuda", "note", sentence, "Install the PyTorch build that fits the driver."))
    else:
        sentence = "Without a GPU, training runs on the processor: right for small models, slow for large ones."
        checks += [
            Check("cuda", "note", sentence),
            Check("paged", "note", "8-bit and paged optimisers need a GPU; plain AdamW is used instead."),
            Check("qlora", "note", "QLoRA works on the processor, but saves memory there only, not time."),
        ]
    return checks


def _screen() -> Check:
    linux = sys.platform.startswith("linux")
    if linux and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        return Check("screen", "note", "There is no display here, so the window cannot open; every command works.")
    return Check("screen", "ok", "There is a display for the window.")
