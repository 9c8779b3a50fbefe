"""Fetches a data set from the hub into its cache, only when asked: rows only, never a script; it knows no row.

The rest of the program is told to stay offline, and the hub's library believes what it was told when it was loaded; so
the fetching is done by a child of its own, which may also be killed at any moment.
"""

from __future__ import annotations

import errno
import glob
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from desktop.engine.crew import run_parts
from desktop.engine.data.hub.cache import KIND, PREFIX, CachedSet, is_data, looked_at, parsed
from desktop.engine.errors import RequestError, UserError
from desktop.engine.hub_cache import folder_of, hub_cache

_LOOK_EVERY_S = 0.5
_SPARE = 64 * 1024 * 1024  # bytes of disk that are left alone


@dataclass(frozen=True)
class Fetching:
    """How far a fetch is.

    Attributes:
        done: bytes that are here.
        total: bytes of the data files.
    """

    done: int
    total: int


class Hub(Protocol):
    """What is asked of the hub."""

    def files(self, name: str, revision: str) -> list[tuple[str, int]]:
        """Return name and bytes of every file of a data set."""

    def take(self, name: str, revision: str, files: Sequence[str]) -> None:
        """Download ``files`` into the cache."""


def fetch(
    path: str, told: Callable[[Fetching], None] = lambda _: None, check: Callable[[], None] = lambda: None
) -> CachedSet:
    """Fetch ``org/name`` or ``org/name@revision`` over the network and return what is in the cache then.

    Args:
        path: with or without ``hub:`` in front.
        told: called with the progress.
        check: called several times a second; what it raises ends the fetch. What is here by then is used next time.

    Raises:
        UserError: the network, the hub or the disk refused, in a sentence.
    """
    name, _, _ = parsed(path if path.startswith(PREFIX) else PREFIX + path)
    run_parts(
        "hub_download",
        [{"path": path.removeprefix(PREFIX)}],
        workers=1,
        told=lambda _, piece: told(Fetching(int(piece["done"]), int(piece["total"]))),
        check=check,
        online=True,
    )
    return looked_at(name)


def download(path: str, told: Callable[[Fetching], None], hub: Hub | None = None) -> None:
    """Do what :func:`fetch` promises, in the process that may use the network."""
    name, revision, _ = parsed(PREFIX + path)
    hub = hub or _HuggingFace()
    try:
        wanted = _wanted(name, hub.files(name, revision))
        total = sum(wanted.values())
        _check_room(name, total)
        with _Watch(folder_of(KIND, name), total, told):
            hub.take(name, revision, list(wanted))
    except UserError:
        raise
    except Exception as error:
        raise told_plainly(name, error) from error
    told(Fetching(total, total))


def told_plainly(name: str, error: Exception) -> UserError:
    """Return what went wrong while ``name`` was fetched as a sentence; raise ``error`` again where nobody knows it."""
    from huggingface_hub import errors

    log_in = "Log in with `hf auth login`, then fetch it again."
    status = getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, errors.GatedRepoError):
        return RequestError(
            "gated",
            f"{name} is given only to those who accepted its terms, and the hub does not know that you did.",
            f"Accept them on its page on the hub. {log_in}",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return RequestError("not_on_hub", f"{name} has no such version on the hub.", "Leave out what follows the @.")
    if isinstance(error, errors.RepositoryNotFoundError):
        return RequestError(
            "not_on_hub",
            f"There is no data set {name} on the hub, or it is private.",
            f"Check the name. If it is private: {log_in[0].lower()}{log_in[1:]}",
        )
    if status in (401, 403):
        return RequestError("refused", f"The hub refused to give out {name}: your login is not accepted.", log_in)
    if status == 429:
        return UserError("busy", "The hub was asked too often and wants a pause.", "Wait some minutes and try again.")
    if status:
        return UserError(
            "hub_trouble", f"The hub could not give out {name}: it answered with error {status}.", "Try again later."
        )
    if errno.ENOSPC in (getattr(error, "errno", None), getattr(error.__cause__, "errno", None)):
        return UserError("disk_full", f"The disk became full while {name} was fetched.", _FREE_SOME)
    if isinstance(error, errors.LocalEntryNotFoundError | ConnectionError | TimeoutError) or _is_transport(error):
        return UserError(
            "no_network",
            f"{name} could not be fetched: the hub cannot be reached from this machine.",
            "Check the network, then try again; everything else works without one. What has arrived is kept.",
        )
    if isinstance(error, OSError):
        return UserError(
            "cannot_write",
            f"{name} could not be stored in {hub_cache()}: {error.strerror or 'the disk refused'}.",
            "Check that the folder can be written to, or set HF_HUB_CACHE to another.",
        )
    raise error


def _is_transport(error: Exception) -> bool:
    """Tell whether an error is one of the library that speaks HTTP, which has changed its name before."""
    return any(kind.__module__.split(".")[0] in ("httpx", "httpx2", "requests") for kind in type(error).__mro__)


def _wanted(name: str, listed: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return name -> bytes of the files that hold rows."""
    wanted = {file: size for file, size in listed if is_data(file)}
    if wanted:
        return wanted
    script = next((file for file, _ in listed if file.endswith(".py")), None)
    if script is None:
        raise RequestError(
            "no_data_files", f"{name} has no file in a format that can be read.", "Choose another data set."
        )
    raise RequestError(
        "data_set_script",
        f"{name} holds no data but a script ({script}) that would make it, and such scripts are never run: they may do "
        "anything to this machine.",
        f"The hub often has a converted copy: try `fettle data fetch {name}@refs/convert/parquet`.",
    )


def _check_room(name: str, total: int) -> None:
    place = hub_cache()
    while not place.exists() and place.parent != place:
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < total + _SPARE:
        raise UserError(
            "disk_full",
            f"{name} has {total / 2**20:,.0f} MB, and only {free / 2**20:,.0f} MB of the disk are free.",
            _FREE_SOME,
        )


class _Watch:
    """Tells how many bytes lie below a folder while something writes there."""

    def __init__(self, folder: Path, total: int, told: Callable[[Fetching], None]) -> None:
        self._folder = folder
        self._total = total
        self._told = told
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_EVERY_S):
            self._told(Fetching(min(_bytes_below(self._folder), self._total), self._total))


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                total += path.stat().st_size
        except OSError:
            continue  # just renamed
    return total


class _HuggingFace:
    """The hub, asked through its own library."""

    def files(self, name: str, revision: str) -> list[tuple[str, int]]:
        from huggingface_hub import HfApi

        info: Any = HfApi().dataset_info(name, revision=revision or None, files_metadata=True)
        return [(file.rfilename, int(file.size or 0)) for file in info.siblings or ()]

    def take(self, name: str, revision: str, files: Sequence[str]) -> None:
        from huggingface_hub import snapshot_download

        snapshot_download(
            repo_id=name,
            repo_type="dataset",
            revision=revision or None,
            allow_patterns=[glob.escape(file) for file in files],
        )


_FREE_SOME = "Free some space, or set HF_HUB_CACHE to a folder on a larger disk."
