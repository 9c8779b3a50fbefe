"""What this machine has and can do, each fact with its reason; it knows nothing of models or jobs, nor of torch."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from desktop import paths

MIB = 1024 * 1024
THREADS_VARIABLE = "FETTLE_THREADS"
_QUERY = "name,memory.total,memory.free,compute_cap"
_BF16_SINCE = 8.0  # Ampere: the first generation that multiplies bf16 natively


@dataclass(frozen=True)
class Gpu:
    """One CUDA card, as its driver reports it.

    Attributes:
        name: what the maker calls it.
        total_mib: memory on the card.
        free_mib: memory nobody holds now.
        bf16: whether it computes in bf16 natively.
    """

    name: str
    total_mib: int
    free_mib: int
    bf16: bool


@dataclass(frozen=True)
class Fact:
    """One line about the machine.

    Attributes:
        label: what it is about.
        value: the short answer.
        sentence: where it comes from and what it means for training.
    """

    label: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Hardware:
    """What this machine has.

    Attributes:
        cpu: name of the processor.
        cores: logical processors this process may use.
        memory_mib: main memory in all.
        memory_free_mib: main memory that can be had without swapping.
        gpus: the CUDA cards.
        disk_free_mib: space left where runs are kept.
        system: operating system and machine type.
    """

    cpu: str
    cores: int
    memory_mib: int
    memory_free_mib: int
    gpus: tuple[Gpu, ...]
    disk_free_mib: int
    system: str

    @property
    def device(self) -> str:
        """Return the device ``auto`` means here: ``cuda`` or ``cpu``."""
        return "cuda" if self.gpus else "cpu"

    @property
    def bf16(self) -> bool:
        """Tell whether ``auto`` precision means bf16 here."""
        return bool(self.gpus) and all(gpu.bf16 for gpu in self.gpus)

    def limit_mib(self, device: str = "auto") -> int:
        """Return the memory a run on ``device`` may use now."""
        wanted = self.device if device == "auto" else device
        return self.gpus[0].free_mib if wanted == "cuda" and self.gpus else self.memory_free_mib

    def threads(self) -> int:
        """Return how many threads training takes by default: one core stays free, so that the window answers.

        ``FETTLE_THREADS`` overrides it; the window sets that from its settings, and every child inherits it.
        """
        wanted = os.environ.get(THREADS_VARIABLE, "")
        if wanted.isdecimal() and int(wanted) > 0:
            return min(int(wanted), self.cores)
        return max(1, self.cores - 1)

    def facts(self) -> list[Fact]:
        """Return everything as lines for a screen or a terminal."""
        cards = [
            Fact(
                "GPU",
                f"{gpu.name}, {gpu.total_mib / 1024:.0f} GB",
                f"{gpu.free_mib / 1024:.1f} GB are free now. "
                + ("It computes in bf16." if gpu.bf16 else "It has no bf16, so training runs in fp32 or fp16."),
            )
            for gpu in self.gpus
        ]
        if not cards:
            cards = [Fact("GPU", "none", "No NVIDIA driver answered, so training runs on the processor.")]
        return [
            Fact("System", self.system, "The operating system and the kind of machine."),
            Fact("Processor", self.cpu, f"Training takes {self.threads()} of its {self.cores} cores by default."),
            Fact(
                "Memory",
                f"{self.memory_mib / 1024:.1f} GB",
                f"{self.memory_free_mib / 1024:.1f} GB can be had now without swapping.",
            ),
            *cards,
            Fact("Disk", f"{self.disk_free_mib / 1024:.1f} GB free", "Counted where your runs are kept."),
        ]


def hardware() -> Hardware:
    """Ask the system and the GPU driver; takes milliseconds without a GPU, and never loads torch."""
    memory = psutil.virtual_memory()
    return Hardware(
        cpu=_cpu_name(),
        cores=cores(),
        memory_mib=memory.total // MIB,
        memory_free_mib=memory.available // MIB,
        gpus=_gpus(),
        disk_free_mib=shutil.disk_usage(paths.workspace()).free // MIB,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
    )


def cores() -> int:
    """Return how many logical processors this process may use."""
    # A container or taskset may allow fewer than the machine has; asking for more only makes threads wait.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown processor"


def _gpus() -> tuple[Gpu, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        answer = subprocess.run(
            [program, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(gpu for line in answer.stdout.splitlines() if (gpu := _gpu(line)) is not None)


def _gpu(line: str) -> Gpu | None:
    parts = [part.strip() for part in line.rsplit(",", 3)]
    try:
        name, total, free, capability = parts
        return Gpu(name, int(float(total)), int(float(free)), float(capability) >= _BF16_SINCE)
    except ValueError:
        return None
