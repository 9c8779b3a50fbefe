"""The files of a folder that a reader may take, in the order of their names; it knows no data format.

Hidden files are passed over. A link is followed only where it stays inside the folder: a data set from elsewhere must
not reach the rest of the disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from desktop.paths import is_inside


def files_below(folder: Path) -> list[Path]:
    """Return every file below ``folder`` that is not hidden and lies inside it."""
    root = root_of(folder)
    found = (path for path in _walk(folder) if path.is_file() and is_inside(path, root))
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def left_alone(folder: Path) -> list[str]:
    """Return what below ``folder`` is not read though it is there, each with the reason, in words."""
    root = root_of(folder)
    told: list[str] = []

    def closed(error: OSError) -> None:
        told.append(f"{_name(Path(error.filename), folder)}: the folder may not be opened")

    for path in _walk(folder, closed):
        if path.is_symlink() and (reason := _why_not(path, root)):
            told.append(f"{_name(path, folder)}: {reason}")
        elif not path.is_symlink() and not path.is_file() and not path.is_dir():
            told.append(f"{_name(path, folder)}: a device or pipe, no file")
    return sorted(told)


def root_of(folder: Path) -> Path:
    """Return the folder links may not leave: ``folder``, or the data set's own in the hub's cache.

    The cache keeps the files of all versions beside each other and links to them from a folder a version.
    """
    snapshots = folder.resolve().parent
    if snapshots.name == "snapshots" and (snapshots.parent / "blobs").is_dir():
        return snapshots.parent
    return folder


def _why_not(link: Path, root: Path) -> str | None:
    try:
        inside = is_inside(link, root)
    except (OSError, RuntimeError):
        return "a link that leads round in a circle"
    if not inside:
        return "a link that leads out of the folder"
    if link.is_dir():
        return None  # what it leads to is read where it lies
    return None if link.is_file() else "a link that leads nowhere"


def _walk(folder: Path, closed: Callable[[OSError], None] | None = None) -> list[Path]:
    found: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=closed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found += [Path(place, name) for name in [*files, *linked] if not name.startswith(".")]
    return found


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
