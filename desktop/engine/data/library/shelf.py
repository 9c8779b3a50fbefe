"""The imported sets as lists show them; it reads what is said of each and none of their rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desktop.engine.data.library.edits import read_edits
from desktop.engine.data.library.entry import Entry, entries


@dataclass(frozen=True)
class OnShelf:
    """One imported set in a list.

    Attributes:
        id: its name in the library.
        name: of the file or folder it came from.
        title: the same, or how many files.
        path: where that lies; ``also`` has the others.
        also: more files of the same set.
        rows: all its rows.
        bytes: what it takes on the disk.
        imported: when, in local time.
        exists: whether its source is still there, unchanged.
        kind: what its rows were last taken for, empty where that is not known.
        edits: corrections made by hand.
    """

    id: str
    name: str
    title: str
    path: str
    also: tuple[str, ...]
    rows: int
    bytes: int
    imported: str
    exists: bool
    kind: str
    edits: int

    def as_dict(self) -> dict[str, Any]:
        """Return the form that crosses a process boundary."""
        return asdict(self)


def shelf() -> list[OnShelf]:
    """Return every imported set, the newest first."""
    return [_shown(entry) for entry in entries()]


def _shown(entry: Entry) -> OnShelf:
    about = entry.about
    more = len(about.paths) - 1
    return OnShelf(
        id=entry.id,
        name=about.title,
        title=f"{about.title} and {more} more" if more else about.title,
        path=about.paths[0],
        also=about.paths[1:],
        rows=about.rows,
        bytes=entry.bytes,
        imported=about.imported,
        exists=entry.is_current() and all(Path(path).exists() for path in about.paths if not path.startswith("hub:")),
        kind=entry.kind,
        edits=len(read_edits(entry.edits_file).current),
    )
