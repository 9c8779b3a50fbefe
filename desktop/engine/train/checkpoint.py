"""Checkpoints that are whole or not there: staging folder, fsync, SHA-256 manifest last, rename; verified before use.

It knows nothing of what a checkpoint holds.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.train.disk import Disk, sha256

MANIFEST = "manifest.json"
_SCHEMA = 1


@dataclass(frozen=True)
class Saved:
    """One checkpoint that is on the disk.

    Attributes:
        step: optimizer steps done.
        folder: where it is.
        bytes: its size.
    """

    step: int
    folder: Path
    bytes: int


class CheckpointStore:
    """The checkpoints of one run.

    Attributes:
        folder: holds one folder a checkpoint, named by its step in six digits.
        best: step of the checkpoint that is never removed, 0 for none.
    """

    def __init__(self, folder: Path, keep: int, disk: Disk | None = None, *, every: int | None = None) -> None:
        """Take over ``folder``; what an interrupted save left there is cleared away.

        The ``keep`` newest are kept, the best, and those of steps that ``every`` divides.
        """
        self.folder = folder
        self.best = 0
        self._keep = keep
        self._every = every
        self._disk = disk or Disk()
        if folder.is_dir():
            self._recover()

    def save(self, step: int, write: Callable[[Path, Disk], None]) -> Saved:
        """Let ``write`` fill a folder and make it the checkpoint of ``step``; raise ``OSError`` leaving the old ones.

        The library's own trainer writes straight into the final folder, so a kill leaves something that looks like a
        checkpoint; here the name appears in one instant, when everything is on the disk.
        """
        staging = self.folder / f".staging-{step:06d}-{os.getpid()}"
        try:
            staging.mkdir(parents=True)
            write(staging, self._disk)
            files = {
                path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in sorted(staging.iterdir())
            }
            manifest = {"schema": _SCHEMA, "step": step, "files": files}
            self._disk.write(staging / MANIFEST, json.dumps(manifest, indent=1).encode())
            self._disk.replace_folder(staging, self.folder / f"{step:06d}")
        except OSError:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        self._forget_old()
        target = self.folder / f"{step:06d}"
        return Saved(step, target, sum(path.stat().st_size for path in target.iterdir()))

    def newest_good(self) -> tuple[Saved | None, list[str]]:
        """Return the newest checkpoint that is what its manifest says, and why any newer one was passed over."""
        passed: list[str] = []
        for folder in reversed(self._all()):
            fault = fault_of(folder)
            if fault is None:
                return Saved(int(folder.name), folder, sum(path.stat().st_size for path in folder.iterdir())), passed
            passed.append(f"The checkpoint of step {int(folder.name)} is damaged ({fault}).")
        return None, passed

    def of(self, step: int) -> Path | None:
        """Return the checkpoint of ``step``, ``None`` where it is not there or not what its manifest says."""
        folder = self.folder / f"{step:06d}"
        return folder if step and folder.is_dir() and fault_of(folder) is None else None

    def mark_best(self, step: int) -> None:
        """Let the checkpoint of ``step`` take the place of the best; the one before becomes one of the others."""
        self.best = step
        self._forget_old()

    def free(self) -> int:
        """Return the bytes that are free where checkpoints lie."""
        return self._disk.free(self.folder if self.folder.is_dir() else self.folder.parent)

    def remove_all(self) -> None:
        """Remove every checkpoint: the run was discarded."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _all(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and path.name.isdigit())

    def _forget_old(self) -> None:
        for folder in self._all()[: -self._keep]:
            step = int(folder.name)
            if step == self.best or (self._every and step % self._every == 0):
                continue
            shutil.rmtree(folder, ignore_errors=True)

    def _recover(self) -> None:
        for old in self.folder.glob(".old-*"):
            target = self.folder / old.name.removeprefix(".old-")
            if target.exists():
                shutil.rmtree(old, ignore_errors=True)
            else:  # killed between the two renames: the old one is still the newest whole one
                os.replace(old, target)
        for staging in self.folder.glob(".staging-*"):
            shutil.rmtree(staging, ignore_errors=True)


def fault_of(folder: Path) -> str | None:
    """Return what is wrong with a checkpoint, ``None`` if every byte is what was written.

    safetensors has no checksum: it finds a file cut short, but loads flipped bits and zeroed tails without a word.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, dict[str, object]] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return "it has no manifest"
    for name, known in files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != known["bytes"]:
            return f"{name} has the wrong size"
        if sha256(path) != known["sha256"]:
            return f"{name} was changed"
    return None
