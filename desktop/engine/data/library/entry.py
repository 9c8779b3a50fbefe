"""One imported set on disk: its folder, what is said of it, how it is found again; it knows neither readers nor shapes.

```
data/rows-3f2a91c4/
  about.json            which files it was made of, how they were read, where the records lie; written last
  s0000-000.arrow ...   the records as they were read
  s0000-unreadable.arrow  rows that could not be
  views/<key>/          what the records mean under one mapping: indices and findings; may be made again any time
  edits.jsonl           corrections made by hand, one a line, only ever appended to
```

All but the corrections can be made again from the source, so it is not pushed to the disk. Sizes are compared at
every look, contents once after each start of the machine: only a power cut leaves files of the right size empty.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

import desktop
from desktop import paths
from desktop.engine.data.library.stretch import Stretch
from desktop.engine.data.library.sums import sum_of_file
from desktop.engine.errors import RequestError
from desktop.engine.options import Options
from desktop.engine.run_folder import write_atomically

SCHEMA = 1
STAGING = ".importing-"


class SourceFile(Options):
    """One file the set was made of, as it was then."""

    path: str
    size: int
    modified: int
    sha256: str = ""

    @classmethod
    def of(cls, path: Path) -> SourceFile:
        """Look at ``path`` without reading it."""
        found = path.stat()
        return cls(path=str(path), size=found.st_size, modified=found.st_mtime_ns)

    def same(self, other: SourceFile) -> bool:
        """Tell whether nothing of the file has changed as far as its folder knows."""
        return (self.path, self.size, self.modified) == (other.path, other.size, other.modified)


class About(Options):
    """What is said of a set.

    Attributes:
        title: name on screen.
        paths: the files and folders as they were asked for.
        names: what findings call each file that was read one after the other, empty where there is only one.
        files: every file that was read.
        format: id of the reader.
        encoding: as asked for.
        details: what the reader found out about the file (``encoding``, ``delimiter``).
        left_alone: files of a folder that were not read, each with the reason.
        columns: names in order of appearance.
        rows: all rows, readable or not.
        stretches: where the records lie, in order.
        sizes: name -> bytes of every file of the set.
        sums: name -> XXH3 of its content.
        imported: when, in local time.
        seconds: how long it took.
        version: of the program that wrote it.
    """

    schema_version: int = SCHEMA
    title: str
    paths: tuple[str, ...]
    names: tuple[str, ...]
    files: tuple[SourceFile, ...]
    format: str
    encoding: str = "auto"
    details: dict[str, str] = Field(default_factory=dict)
    left_alone: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: int = 0
    stretches: tuple[dict[str, Any], ...] = ()
    sizes: dict[str, int] = Field(default_factory=dict)
    sums: dict[str, str] = Field(default_factory=dict)
    imported: str = ""
    seconds: float = 0.0
    version: str = desktop.__version__


@dataclass(frozen=True)
class Entry:
    """One imported set.

    Attributes:
        folder: where it lies.
        about: what is said of it.
    """

    folder: Path
    about: About

    @property
    def id(self) -> str:
        """Return its name in the library."""
        return self.folder.name

    @property
    def views(self) -> Path:
        """Return the folder with one sub-folder a mapping."""
        return self.folder / "views"

    @property
    def edits_file(self) -> Path:
        """Return the journal of corrections."""
        return self.folder / "edits.jsonl"

    @property
    def stretches(self) -> list[Stretch]:
        """Return where the records lie."""
        return [Stretch.of(values) for values in self.about.stretches]

    @property
    def bytes(self) -> int:
        """Return what it takes on the disk."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    @property
    def kind(self) -> str:
        """Return what its rows were last taken for, empty where that is not known."""
        return str(loaded_json(self.folder / "kind.json").get("kind", ""))

    def remember_kind(self, kind: str) -> None:
        """Keep what its rows were taken for, for lists."""
        if self.kind != kind:
            write_atomically(self.folder / "kind.json", json.dumps({"kind": kind}))

    def is_current(self) -> bool:
        """Tell whether the files it was made of are as they were."""
        try:
            return all(SourceFile.of(Path(file.path)).same(file) for file in self.about.files)
        except OSError:
            return False

    def is_whole(self) -> bool:
        """Tell whether every file of the set is as it was written."""
        try:
            if not all((self.folder / name).stat().st_size == size for name, size in self.about.sizes.items()):
                return False
            return self._looked_at_since_start() or self._sums_agree()
        except OSError:
            return False

    def _looked_at_since_start(self) -> bool:
        import psutil

        seen = self.folder / "seen"
        since = seen if seen.exists() else self.folder / "about.json"
        return since.stat().st_mtime > psutil.boot_time()

    def _sums_agree(self) -> bool:
        whole = all(sum_of_file(self.folder / name) == wanted for name, wanted in self.about.sums.items())
        if whole:
            (self.folder / "seen").touch()
        return whole


def entries() -> Iterator[Entry]:
    """Yield every set of the library, the newest first; folders that hold none are passed over."""
    folders = [path for path in paths.data().iterdir() if path.is_dir() and not path.name.startswith(".")]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        entry = read_entry(folder)
        if entry is not None:
            yield entry


def entry_called(id: str) -> Entry:
    """Return the set called ``id``; raise :class:`RequestError` where there is none."""
    found = next((entry for entry in entries() if entry.id == id), None)
    if found is None:
        raise RequestError("no_such_set", f"There is no imported set called {id!r}.", "See `fettle data list`.")
    return found


def read_entry(folder: Path) -> Entry | None:
    """Return the set in ``folder``, ``None`` where there is none that this version can read."""
    try:
        entry = Entry(folder, About.model_validate_json((folder / "about.json").read_bytes()))
        return entry if entry.about.schema_version == SCHEMA and entry.stretches else None
    except (OSError, ValidationError, KeyError, TypeError):  # another version's: made again from the source
        return None


def find_entry(asked: tuple[str, ...], files: tuple[SourceFile, ...], format: str, encoding: str) -> Entry | None:
    """Return the set that was made of just these files in this way, ``None`` where there is none (any more)."""
    for entry in entries():
        about = entry.about
        if (about.paths, about.format, about.encoding) != (asked, format, encoding) or len(about.files) != len(files):
            continue
        if all(one.same(other) for one, other in zip(about.files, files, strict=True)) and entry.is_whole():
            return entry
    return None


def staging_folder() -> Path:
    """Make an empty folder to import into; those that a killed import left behind go first."""
    for left in paths.data().glob(f"{STAGING}*"):
        owner = left.name.removeprefix(STAGING).split("-")[0]
        if not _is_running(owner):
            shutil.rmtree(left, ignore_errors=True)
    folder = paths.data() / f"{STAGING}{os.getpid()}-{secrets.token_hex(4)}"
    (folder / "views").mkdir(parents=True)
    return folder


def settle(staging: Path, about: About) -> Entry:
    """Write what is said of the set and give its folder its name; an older set of the same files makes way.

    Corrections made by hand to rows of the same content move over.
    """
    files = [file for file in staging.iterdir() if file.is_file()]
    sizes = {file.name: file.stat().st_size for file in files}
    known = {part["name"]: part["sum"] for stretch in about.stretches for part in stretch["parts"]}
    sums = {file.name: known.get(file.name) or sum_of_file(file) for file in files}
    about = about.model_copy(update={"sizes": sizes, "sums": sums})
    write_atomically(staging / "about.json", about.model_dump_json(indent=1))
    older = [entry for entry in entries() if entry.about.paths == about.paths]
    for entry in older:
        same = [file.sha256 for file in entry.about.files] == [file.sha256 for file in about.files]
        if same and entry.edits_file.exists() and not (staging / "edits.jsonl").exists():
            shutil.copy2(entry.edits_file, staging / "edits.jsonl")
    folder = paths.data() / f"{_slug(about.title)}-{secrets.token_hex(4)}"
    os.replace(staging, folder)
    for entry in older:
        shutil.rmtree(entry.folder, ignore_errors=True)
    return Entry(folder, about)


def forget(id: str) -> int:
    """Remove a set from the library, never its source; return the bytes that are free again."""
    entry = entry_called(id)
    freed = entry.bytes
    (entry.folder / "about.json").unlink(missing_ok=True)  # half a removal must not look like a set
    shutil.rmtree(entry.folder, ignore_errors=True)
    return freed


def _slug(title: str) -> str:
    return re.sub(r"[^\w-]+", "-", Path(title).stem, flags=re.UNICODE).strip("-").lower()[:40] or "data"


def _is_running(pid: str) -> bool:
    import psutil

    return pid.isdigit() and int(pid) != os.getpid() and psutil.pid_exists(int(pid))


def loaded_json(path: Path) -> dict[str, Any]:
    """Return the object in ``path``, an empty one where there is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
