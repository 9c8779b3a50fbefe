"""The few things the engine does to a disk, each of which can fail; it knows nothing of what the files hold.

All durable writing goes through here, so that a test can make the N-th one fail, for every N.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import save_file

from desktop.engine.run_folder import sync_folder

if TYPE_CHECKING:
    from torch import Tensor

_BLOCK = 1 << 20


class Disk:
    """The real one."""

    def write(self, path: Path, content: bytes) -> None:
        """Write a file and push it to the disk."""
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def write_tensors(self, path: Path, tensors: dict[str, Tensor]) -> None:
        """Write tensors as safetensors and push them to the disk."""
        try:
            save_file(tensors, path, metadata={"format": "pt"})
        except SafetensorError as error:  # the library wraps the system's own error in a text
            raise OSError(None, str(error)) from error
        self.sync(path)

    def sync(self, path: Path) -> None:
        """Push a file that somebody else wrote to the disk."""
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def sync_tree(self, folder: Path) -> None:
        """Push every file below ``folder`` to the disk."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.sync(path)
        sync_folder(folder)

    def free(self, folder: Path) -> int:
        """Return the bytes that are free where ``folder`` lies."""
        return shutil.disk_usage(folder).free

    def replace_folder(self, staging: Path, target: Path) -> None:
        """Give a whole folder its real name, in place of what may be there."""
        old = target.with_name(f".old-{target.name}")
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(staging, target)
        except OSError:
            if old.exists():
                os.replace(old, target)
            raise
        sync_folder(target.parent)
        shutil.rmtree(old, ignore_errors=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            total.update(block)
    return total.hexdigest()
