"""Data sets that need no file dialog: imported before, or in the hub's cache on this disk; it knows no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.engine.memory.sizes import MIB, size

HUB = "hub:"


@dataclass(frozen=True)
class ShelfSet:
    """One data set that was imported before.

    Attributes:
        id: in the data library.
        title: on screen.
        path: its file or folder.
        rows: how many it holds.
        bytes: size of its file.
        imported: when, in words; empty where unknown.
        exists: whether the file is still there.
        edits: corrections kept with it.
    """

    id: str
    title: str
    path: str
    rows: int
    bytes: int
    imported: str
    exists: bool
    edits: int


@dataclass(frozen=True)
class HubSet:
    """One data set in the hub's cache: its name there, how many files, their size."""

    name: str
    files: int
    bytes: int

    @property
    def path(self) -> str:
        """What a job file calls it."""
        return f"{HUB}{self.name}"

    @property
    def words(self) -> str:
        """Files and size."""
        files = "1 file" if self.files == 1 else f"{self.files:,} files"
        return f"{files}, {size(max(self.bytes, 1024) / MIB)}"


def library_from(report: Mapping[str, Any]) -> tuple[ShelfSet, ...]:
    """Return what the ``library`` operation lists."""
    return tuple(_shelved(one) for one in report.get("sets") or ())


def hub_from(report: Mapping[str, Any]) -> tuple[HubSet, ...]:
    """Return what the ``hub_sets`` operation lists."""
    return tuple(
        HubSet(str(one["name"]), _count(one.get("files")), int(one.get("bytes") or 0))
        for one in report.get("sets") or ()
    )


def _shelved(values: Mapping[str, Any]) -> ShelfSet:
    return ShelfSet(
        id=str(values["id"]),
        title=str(values.get("title") or values.get("name") or values["id"]),
        path=str(values.get("path") or ""),
        rows=int(values.get("rows") or 0),
        bytes=int(values.get("bytes") or 0),
        imported=_day(values.get("imported")),
        exists=bool(values.get("exists", True)),
        edits=_count(values.get("edits")),
    )


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else int(value or 0)


def _day(value: Any) -> str:
    """Return a moment, told in seconds or in ISO form, as the day people know it by."""
    try:
        told = isinstance(value, int | float)
        moment = datetime.fromtimestamp(value).astimezone() if told else datetime.fromisoformat(str(value))
    except (ValueError, OSError, OverflowError):
        return ""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
