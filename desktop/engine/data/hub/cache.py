"""Data sets in the hub's cache on this machine: what is there, and the files that a ``hub:`` path names.

It reads folders only: nothing is downloaded here, and a script that would make a data set is never run.
"""

from __future__ import annotations

import difflib
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from desktop.engine.data.mapping.words import words_of
from desktop.engine.data.readers import READERS
from desktop.engine.errors import RequestError
from desktop.engine.hub_cache import folder_of, hub_cache, is_hub_name, name_in, snapshot_of

PREFIX = "hub:"
KIND = "datasets"
_ABOUT = frozenset(
    {
        "readme.md", "license.txt", "license.md", "licence.txt", "citation.txt", "requirements.txt", "changelog.md",
        "dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json", "croissant.json", "metadata.json",
    }
)  # fmt: skip
_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}


@dataclass(frozen=True)
class CachedSet:
    """One data set in the cache.

    Attributes:
        name: on the hub.
        files: how many of its files can be read.
        bytes: their size together.
        splits: parts that their names tell apart (``train``, ``test``).
        problem: why it cannot be used, empty where it can.
    """

    name: str
    files: int
    bytes: int
    splits: tuple[str, ...]
    problem: str = ""

    @property
    def path(self) -> str:
        """Return what a job says to name it."""
        return PREFIX + self.name

    def as_dict(self) -> dict[str, Any]:
        """Return the form that programs and other processes read."""
        return {**asdict(self), "splits": list(self.splits), "path": self.path}


def cached() -> list[CachedSet]:
    """Return every data set in the cache, by name; those that cannot be used say why."""
    try:
        homes = sorted(path for path in hub_cache().iterdir() if path.is_dir())
    except OSError:
        return []
    names = (name_in(KIND, home) for home in homes)
    return [looked_at(name) for name in names if name is not None]


def files_of(path: str) -> list[Path]:
    """Return the files of ``hub:org/name``, ``hub:org/name@revision`` or ``hub:org/name:split``, in order.

    Where no split is named, that for training is taken if there is one, and never one for testing beside others.

    Raises:
        RequestError: it is not in the cache, or there is nothing in it that can be read safely.
    """
    name, revision, split = parsed(path)
    home = folder_of(KIND, name)
    snapshot = snapshot_of(home, revision)
    if snapshot is None:
        raise _missing(name, revision, home)
    found = _data_files(name, home, snapshot)
    chosen = _of_split(found, snapshot, split)
    if not chosen:
        there = ", ".join(_splits(found, snapshot)) or "no parts at all"
        raise RequestError("no_such_split", f"{name} has no part called {split!r}.", f"Its files tell apart: {there}.")
    return chosen


def is_data(name: str) -> bool:
    """Tell whether a file of this name in a repository holds rows, as far as its name says."""
    path = PurePosixPath(name)
    if path.name.lower() in _ABOUT or any(part.startswith(".") for part in path.parts):
        return False
    return _format(path.name) is not None


def parsed(path: str) -> tuple[str, str, str]:
    """Return name, revision and split of a ``hub:`` path; raise :class:`RequestError` where it names nothing."""
    whole, _, split = path.removeprefix(PREFIX).partition(":")
    name, _, revision = whole.partition("@")
    name = name.strip()
    if not is_hub_name(name):
        raise RequestError(
            "bad_hub_name",
            f"{path!r} names no data set of the hub.",
            "Write hub:org/name, and after it @revision or :split where you need them.",
        )
    return name, revision.strip(), split.strip()


def looked_at(name: str) -> CachedSet:
    """Return what the cache has of the data set ``name``."""
    try:
        home = folder_of(KIND, name)
        snapshot = snapshot_of(home)
        if snapshot is None:
            raise _missing(name, "", home)
        found = _data_files(name, home, snapshot)
    except RequestError as error:
        return CachedSet(name, 0, 0, (), error.message)
    size = sum(file.stat().st_size for file in found)
    return CachedSet(name, len(found), size, tuple(_splits(found, snapshot)))


def _data_files(name: str, home: Path, snapshot: Path) -> list[Path]:
    """Return the files of one version that are of the format most of it is in, in the order of their names."""
    formats: dict[str, list[Path]] = defaultdict(list)
    scripts: list[str] = []
    for file in _below(snapshot, home):
        inside = file.relative_to(snapshot).as_posix()
        if inside.endswith(".py"):
            scripts.append(inside)
        elif is_data(inside) and (format := _format(file.name)) is not None:
            formats[format].append(file)
    tables = {format: files for format, files in formats.items() if not READERS.get(format).documents}
    best = max((tables or formats).items(), key=lambda item: (_size(item[1]), item[0]), default=None)
    if best is not None:
        return best[1]
    if scripts:
        raise RequestError(
            "data_set_script",
            f"{name} holds no data but a script ({scripts[0]}) that would make it, and such scripts are never run: "
            "they may do anything to this machine.",
            f"The hub often has a converted copy: try {PREFIX}{name}@refs/convert/parquet after fetching it.",
        )
    raise RequestError(
        "no_data_files",
        f"{name} is in the cache, but none of its files is in a format that can be read.",
        f"Fetch it again with `fettle data fetch {name}`, or choose another.",
    )


def _below(snapshot: Path, home: Path) -> Iterable[Path]:
    """Yield the files of one version; raise for a link that leads anywhere but to the set's own blobs."""
    blobs = (home / "blobs").resolve()
    for place, folders, files in os.walk(snapshot):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for entry in (*folders, *sorted(files)):
            path = Path(place, entry)
            if not path.is_symlink():
                continue
            target = path.resolve()
            if entry in folders or not target.is_relative_to(blobs):
                raise RequestError(
                    "link_out",
                    f"{path.relative_to(snapshot).as_posix()} in the cached {home.name} is a link that leads out of "
                    "the data set, so it is not followed.",
                    "Remove the data set from the cache and fetch it again.",
                )
            if not target.is_file():
                raise RequestError(
                    "incomplete",
                    f"{path.relative_to(snapshot).as_posix()} of the cached {home.name} is not there: its download was "
                    "cut off.",
                    "Fetch it again.",
                )
        yield from (Path(place, file) for file in sorted(files))


def _of_split(files: list[Path], snapshot: Path, split: str) -> list[Path]:
    if split:
        wanted = [_meant(word) for word in words_of(split)]
        return [file for file in files if all(_words(file, snapshot) & words for words in wanted)]
    kinds = {file: _kinds(file, snapshot) for file in files}
    for_training = [file for file in files if "train" in kinds[file]]
    others = [file for file in files if not kinds[file]]
    return for_training or others or files


def _splits(files: list[Path], snapshot: Path) -> list[str]:
    found = {kind for file in files for kind in _kinds(file, snapshot)}
    return [split for split in _SPLITS if split in found]


def _kinds(file: Path, snapshot: Path) -> set[str]:
    words = _words(file, snapshot)
    return {split for split, names in _SPLITS.items() if words & set(names)}


def _meant(word: str) -> set[str]:
    return next((set(names) for names in _SPLITS.values() if word in names), {word})


def _words(file: Path, snapshot: Path) -> set[str]:
    return {word for part in file.relative_to(snapshot).parts for word in words_of(part)}


def _format(name: str) -> str | None:
    return next((reader.id for reader in READERS.all() if reader.takes_name(name)), None)


def _size(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _missing(name: str, revision: str, home: Path) -> RequestError:
    if home.is_dir():
        what = f"version {revision!r}" if revision else "whole version"
        return RequestError(
            "not_cached",
            f"There is no {what} of {name} on this machine.",
            f"Fetch it while there is a network: `fettle data fetch {name}{'@' + revision if revision else ''}`.",
        )
    known = [found for folder in _homes() if (found := name_in(KIND, folder)) is not None]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    instead = f" Or did you mean {' or '.join(close)}?" if close else ""
    return RequestError(
        "not_cached",
        f"The data set {name} is not on this machine, and Fettle looks on the network only when asked to.",
        f"Fetch it while there is a network: `fettle data fetch {name}`.{instead}",
    )


def _homes() -> list[Path]:
    try:
        return sorted(hub_cache().iterdir())
    except OSError:
        return []
