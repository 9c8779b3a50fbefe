"""A source read to its end into the library, by several processes where it is large; it knows no screen, no model."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop.engine.crew import run_parts
from desktop.engine.data.library.assemble import assemble
from desktop.engine.data.library.entry import About, Entry, SourceFile, find_entry, settle, staging_folder
from desktop.engine.data.library.stretch import Stretch, import_stretch, reread_stretch
from desktop.engine.data.library.view import View, load_view
from desktop.engine.data.mapping.interpret import Interpretation, described, read_back
from desktop.engine.data.readers import READERS
from desktop.engine.data.reading.chunks import Chunk, chunked, json_lines_range, ranges
from desktop.engine.errors import UserError
from desktop.engine.run_folder import write_atomically

STRETCH = 64 * 1024 * 1024
"""Bytes of one stretch of a large file: a few seconds of work, so that progress is seen and a stop is heard."""
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True)
class Reading:
    """How far an import is.

    Attributes:
        rows: rows read.
        bytes: bytes of the source done, 0 where that is not known.
        total: bytes of the source.
        seconds: since the beginning.
    """

    rows: int
    bytes: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Return rows a second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Return the seconds that are probably left, ``None`` where that is not known."""
        return self.seconds * (self.total - self.bytes) / self.bytes if self.bytes and self.seconds > 1 else None


Told = Callable[[Reading], None]


@dataclass(frozen=True)
class ReadJob:
    """What is to be read and how.

    Attributes:
        paths: files and folders as they were asked for.
        files: what is read one after the other: a file, or a folder that one reader takes as a whole.
        names: what findings call each of them, empty where there is only one.
        watched: every file whose change makes the import out of date.
        format: id of the reader.
        encoding: as asked for.
        details: what the reader found out.
        left_alone: files that are not read, each with the reason.
        splits: whether the files are lines that several processes can share.
    """

    paths: tuple[str, ...]
    files: tuple[Path, ...]
    names: tuple[str, ...]
    watched: tuple[Path, ...]
    format: str
    encoding: str
    details: dict[str, str]
    left_alone: tuple[str, ...]
    splits: bool


def imported(job: ReadJob, interpretation: Interpretation, told: Told) -> tuple[Entry, View]:
    """Return the set in the library and its good rows under ``interpretation``, read or interpreted only where needed.

    ``told`` is called several times a second; what it raises ends the import and leaves nothing behind.
    """
    clock = _Clock(told, sum(path.stat().st_size for path in job.watched))
    sources = tuple(SourceFile.of(path) for path in job.watched)
    entry = find_entry(job.paths, sources, job.format, job.encoding)
    if entry is None:
        entry = _read(job, sources, interpretation, clock)
    folder = entry.views / _base_key(interpretation)
    entry.remember_kind(interpretation.shape.kind)
    view = load_view(folder, interpretation.key)
    if view is not None:
        return entry, view
    stretches = _known(folder) or _reread(entry, interpretation, folder, clock)
    return entry, assemble(entry, stretches, interpretation, folder, clock.look)


def read_part(params: dict[str, Any], told: Callable[[int, int], None]) -> dict[str, Any]:
    """Do what one child is asked: read, or read again, one stretch; plain data in and out."""
    interpretation = read_back(params["source"], params["shape"], params["mapping"])
    folder, views = Path(params["folder"]), Path(params["views"])
    if "stretch" in params:
        done = Stretch.of(params["stretch"])
        return reread_stretch(done, interpretation, folder, views, params["name"], told).as_dict()
    chunks = _chunks(Path(params["path"]), params["format"], params["encoding"], params["start"], params["end"])
    return import_stretch(chunks, interpretation, folder, views, params["name"], params["file"], told).as_dict()


def _read(job: ReadJob, sources: tuple[SourceFile, ...], interpretation: Interpretation, clock: _Clock) -> Entry:
    staging = staging_folder()
    try:
        views = staging / "views" / _base_key(interpretation)
        views.mkdir()
        parts = [
            {
                "path": str(path), "file": file, "start": start, "end": end, "format": job.format,
                "encoding": job.encoding, "folder": str(staging), "views": str(views), **described(interpretation),
            }
            for file, path in enumerate(job.files)
            for start, end in _stretches(path, job.splits)
        ]  # fmt: skip
        for number, part in enumerate(parts):
            part["name"] = f"s{number:04d}"
        prints = _Fingerprints(job.watched)
        stretches = _done(parts, clock)
        _remember(views, stretches)
        about = About(
            title=Path(job.paths[0]).name,
            paths=job.paths,
            names=job.names,
            files=tuple(one.model_copy(update={"sha256": prints.of(Path(one.path))}) for one in sources),
            format=job.format,
            encoding=job.encoding,
            details=job.details,
            left_alone=job.left_alone,
            columns=tuple(dict.fromkeys(name for stretch in stretches for name in stretch.columns)),
            rows=sum(stretch.rows for stretch in stretches),
            stretches=tuple(stretch.as_dict() for stretch in stretches),
            imported=datetime.now().astimezone().isoformat(timespec="seconds"),
            seconds=round(clock.seconds, 3),
        )
        return settle(staging, about)
    except OSError as error:
        raise UserError(
            "import_failed",
            f"The data could not be stored in the library: {error.strerror or error}.",
            "Free some space, or see that the workspace can be written to, and try again. Your file is untouched.",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _reread(entry: Entry, interpretation: Interpretation, folder: Path, clock: _Clock) -> list[Stretch]:
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        {"stretch": stretch.as_dict(), "folder": str(entry.folder), "views": str(folder), "name": f"s{number:04d}"}
        | described(interpretation)
        for number, stretch in enumerate(entry.stretches)
    ]
    stretches = _done(parts, clock)
    _remember(folder, stretches)
    return stretches


def _done(parts: list[dict[str, Any]], clock: _Clock) -> list[Stretch]:
    """Do all parts: here where there is one, by a child a core where there are several."""
    if len(parts) == 1:
        return [Stretch.of(read_part(parts[0], clock.add))]
    results = run_parts(
        "read_part",
        parts,
        workers=os.cpu_count() or 1,
        told=lambda _part, piece: clock.add(int(piece["bytes"]), int(piece["rows"])),
        check=clock.look,
        own=lambda part, tell: read_part(part, lambda size, rows: tell({"bytes": size, "rows": rows})),
    )
    return [Stretch.of(result) for result in results]


def _chunks(path: Path, format: str, encoding: str, start: int, end: int) -> Iterator[Chunk]:
    if end:
        return json_lines_range(path, start, end)
    return chunked(READERS.get(format).read(path, encoding))


def _stretches(path: Path, splits: bool) -> list[tuple[int, int]]:
    """Return the byte ranges of one file; (0, 0) stands for the whole of a file that only its reader can take."""
    return ranges(path, STRETCH) if splits else [(0, 0)]


def _base_key(interpretation: Interpretation) -> str:
    """Return the part of an interpretation's key that single rows depend on: corrections come in later."""
    plain = interpretation.source.model_copy(update={"edits": ()})
    return Interpretation(plain, interpretation.shape, interpretation.mapping).key


def _remember(folder: Path, stretches: list[Stretch]) -> None:
    import json

    write_atomically(folder / "stretches.json", json.dumps([stretch.as_dict() for stretch in stretches]))


def _known(folder: Path) -> list[Stretch]:
    import json

    try:
        values = json.loads((folder / "stretches.json").read_text(encoding="utf-8"))
        stretches = [Stretch.of(one) for one in values]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    whole = all((folder / name).is_file() for stretch in stretches for name in (stretch.index, stretch.found))
    return stretches if whole else []


class _Clock:
    """Adds up what is done and tells of it, not more than some times a second."""

    def __init__(self, told: Told, total: int) -> None:
        self._told = told
        self._total = total
        self._rows = self._bytes = 0
        self._began = time.monotonic()
        self._last = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def add(self, size: int, rows: int) -> None:
        self._bytes += size
        self._rows += rows
        if self.seconds - self._last >= _LOOK_EVERY_S:
            self.look()

    def look(self) -> None:
        self._last = self.seconds
        self._told(Reading(self._rows, min(self._bytes, self._total), self._total, self._last))


class _Fingerprints:
    """SHA-256 of files, computed beside the import."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        self._found: dict[Path, str] = {}
        self._thread = threading.Thread(target=self._compute, args=(files,), daemon=True)
        self._thread.start()

    def of(self, path: Path) -> str:
        self._thread.join()
        return self._found.get(path, "")

    def _compute(self, files: tuple[Path, ...]) -> None:
        for path in files:
            try:
                with path.open("rb") as file:
                    self._found[path] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                continue
