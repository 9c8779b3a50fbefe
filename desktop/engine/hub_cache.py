"""Where the hub's own library keeps what it downloaded, and under which names; it opens no data."""

from __future__ import annotations

import os
import re
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)?", re.ASCII)
_LONGEST = 96


def hub_cache() -> Path:
    """Return the folder of the cache: as the environment says, in the order the hub's library looks."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if named := os.environ.get(variable):
            return Path(os.path.expandvars(named)).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(os.path.expandvars(home)).expanduser() / "hub"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache).expanduser() if cache else Path.home() / ".cache") / "huggingface" / "hub"


def is_hub_name(name: str) -> bool:
    """Tell whether ``name`` can be a name on the hub: ``org/name``, or a plain one as old data sets have."""
    return bool(_NAME.fullmatch(name)) and len(name) <= _LONGEST and "--" not in name and ".." not in name


def folder_of(kind: str, name: str) -> Path:
    """Return where the cache keeps the repository ``name`` of a ``kind`` (``datasets``, ``models``)."""
    return hub_cache() / f"{kind}--{name.replace('/', '--')}"


def name_in(kind: str, folder: Path) -> str | None:
    """Return the name of the repository whose ``folder`` in the cache this is, ``None`` where it is of another kind."""
    prefix = f"{kind}--"
    if not folder.name.startswith(prefix):
        return None
    name = folder.name.removeprefix(prefix).replace("--", "/", 1)
    return name if is_hub_name(name) else None


def snapshot_of(home: Path, revision: str = "") -> Path | None:
    """Return the folder of one version below ``home``: the one named, else the main one, else the newest."""
    snapshots = home / "snapshots"
    try:
        there = {path.name: path for path in snapshots.iterdir() if path.is_dir() and not path.is_symlink()}
    except OSError:
        return None
    named = _commit(home, revision or "main")
    if named in there:
        return there[named]
    if revision:
        alike = [path for name, path in there.items() if len(revision) >= 6 and name.startswith(revision)]
        return alike[0] if len(alike) == 1 else None
    return max(there.values(), key=lambda path: (path.stat().st_mtime, path.name), default=None)


def _commit(home: Path, revision: str) -> str:
    """Return the commit that a branch or tag stands for; a commit stands for itself."""
    refs = home / "refs"
    file = refs / revision
    try:
        if file.resolve().is_relative_to(refs.resolve()) and file.is_file():
            return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        pass
    return revision
