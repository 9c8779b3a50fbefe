"""The run folder, the only interface between window and engine: layout, atomic writes, control, liveness.

It knows nothing of torch, of screens, or of what the events mean.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Literal

import filelock

from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Event, parse_line
from desktop.engine.job import JobSpec

Wish = Literal["run", "pause", "stop_and_save", "stop_and_discard"]


@dataclass(frozen=True)
class Control:
    """What the window asks of the engine; the counters ask for one more of a thing each time they grow.

    Attributes:
        wish: the state asked for.
        checkpoints: how many checkpoints were asked for in all.
        samples: how many rounds of samples were asked for in all.
        evaluations: how many evaluations were asked for in all.
    """

    wish: Wish = "run"
    checkpoints: int = 0
    samples: int = 0
    evaluations: int = 0


class RunFolder:
    """One run on disk.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        """Point at ``path``; nothing is read or made."""
        self.path = path

    @property
    def job_file(self) -> Path:
        """What was asked."""
        return self.path / "job.yaml"

    @property
    def events_file(self) -> Path:
        """What happened, append-only."""
        return self.path / "events.jsonl"

    @property
    def control_file(self) -> Path:
        """What the window asks for."""
        return self.path / "control.json"

    @property
    def environment_file(self) -> Path:
        """Versions, hardware, seeds, data fingerprints."""
        return self.path / "environment.json"

    @property
    def log_file(self) -> Path:
        """Everything the libraries print."""
        return self.path / "engine.log"

    @property
    def checkpoints(self) -> Path:
        """Folder of checkpoints, each named by its step in six digits."""
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """Folder of the result."""
        return self.path / "model"

    @property
    def name(self) -> str:
        """Name of the folder, unique in its workspace."""
        return self.path.name

    @classmethod
    def create(cls, root: Path, job: JobSpec) -> RunFolder:
        """Make a new folder under ``root`` named by date and job, with its job file; never reuses one."""
        stem = f"{date.today().isoformat()}-{_slug(job.name)}"
        run = cls(new_folder(root, stem, "run"))
        write_atomically(run.job_file, job.to_yaml())
        return run

    @classmethod
    def all_in(cls, root: Path) -> list[RunFolder]:
        """Return every run below ``root``, newest folder first."""
        if not root.is_dir():
            return []
        found = [cls(path) for path in root.iterdir() if (path / "job.yaml").is_file()]
        return sorted(found, key=lambda run: run.job_file.stat().st_mtime, reverse=True)

    def job(self) -> JobSpec:
        """Read the job file."""
        return JobSpec.read(self.job_file)

    def control(self) -> Control:
        """Read what is asked; the default where nothing was, or where the file is unreadable."""
        try:
            values = json.loads(self.control_file.read_text(encoding="utf-8"))
            return Control(**{key: values[key] for key in Control.__dataclass_fields__ if key in values})
        except (OSError, ValueError, TypeError):
            return Control()

    def ask(self, control: Control) -> None:
        """Replace what is asked, atomically."""
        write_atomically(self.control_file, json.dumps(asdict(control)))

    def events(self) -> list[Event]:
        """Return the whole history; half-written last lines are left out."""
        return EventTail(self).read()

    def lock(self) -> filelock.FileLock:
        """Return the lock the engine holds while it works on this run."""
        return filelock.FileLock(self.path / "engine.lock")

    def is_alive(self) -> bool:
        """Tell whether an engine on this machine holds the run; the system frees the lock of a killed one.

        Asking takes the lock for an instant, so two who ask at once see each other; an engine holds it every time.
        """
        if not (self.path / "engine.lock").exists():
            return False
        for wait in (0.01, 0.03, None):
            try:
                with self.lock().acquire(timeout=0):
                    return False
            except filelock.Timeout:
                if wait is not None:
                    time.sleep(wait)
            except OSError:  # a read-only copy of a run: nobody works on it from here
                return False
        return True


class EventWriter:
    """Appends events to a run; each line is flushed to the system, so a kill loses none that was written."""

    def __init__(self, run: RunFolder) -> None:
        """Open the file for appending, ending a line that a crash left half-written."""
        _end_last_line(run.events_file)
        self._file: IO[str] = run.events_file.open("a", encoding="utf-8", newline="\n")

    def write(self, event: Event) -> None:
        """Append one event."""
        self._file.write(event.to_line())
        self._file.flush()

    def close(self) -> None:
        """Flush to the disk and close."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


class EventTail:
    """Reads a run's events as they come, from the start on; the same for live, finished and crashed runs."""

    def __init__(self, run: RunFolder) -> None:
        """Start before the first event."""
        self._file = run.events_file
        self._position = 0

    def read(self) -> list[Event]:
        """Return the whole events written since the last call."""
        return [event for line in self.lines() if (event := parse_line(line)) is not None]

    def lines(self, at_most: int = -1) -> list[bytes]:
        """Return the whole lines written since the last call, unread; stop after about ``at_most`` bytes."""
        try:
            with self._file.open("rb") as file:
                file.seek(self._position)
                data = file.read(at_most)
                if 0 < at_most == len(data) and not data.endswith(b"\n"):
                    data += file.readline()
        except OSError:
            return []
        end = data.rfind(b"\n") + 1
        self._position += end
        return data[:end].split(b"\n")[:-1]


def new_folder(root: Path, stem: str, what: str) -> Path:
    """Make a folder under ``root`` called ``stem``, with a number behind it where that is taken; never reuse one.

    Raises:
        RequestError: ten thousand are called so.
        UserError: it cannot be made; ``what`` says what was to be in it (``run``).
    """
    for number in range(1, 10_000):
        path = root / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise UserError(
                "cannot_write",
                f"The {what} folder {path} cannot be made: {error.strerror}.",
                "Free space or pick another workspace.",
            ) from error
        return path
    raise RequestError(f"too_many_{what}s", f"There are 10,000 {what}s named {stem}.", "Choose another name.")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write ``content`` so that ``path`` holds either the old or the new, whatever happens in between."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    staging: str | None = None
    try:
        handle, staging = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staging, path)
    except OSError as error:
        if staging is not None:
            Path(staging).unlink(missing_ok=True)
        raise UserError(
            "cannot_write", f"{path.name} could not be saved: {error.strerror}. The old version is still there.",
            "Free some disk space, or check the folder's permissions, and try again.",
        ) from error  # fmt: skip
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable where the system can.

    Windows cannot open folders and some network file systems cannot sync them. The rename itself has happened by then,
    so there is nothing to undo and nobody to tell.
    """
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _end_last_line(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb+") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")


def _slug(name: str) -> str:
    return re.sub(r"\s+", "-", name.strip())[:80]
