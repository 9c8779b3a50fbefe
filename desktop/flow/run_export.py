"""Copies of a run's model or of the whole run to where the user wants them, whole or not at all; it knows no screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from desktop.engine.errors import RequestError, UserError
from desktop.engine.run_folder import RunFolder, sync_folder
from desktop.flow.amounts import size
from desktop.flow.runs import size_of

_PARTIAL = ".partial"
_PRIVATE = {"engine.lock", "control.json"}


def export_model(run: RunFolder, folder: Path, name: str = "") -> Path:
    """Copy the model a run made into a new folder below ``folder``; return it."""
    if not run.model.is_dir():
        raise RequestError("no_model", "This run has no model yet.", "Let it finish, or stop and save it.")
    return _copy(run.model, folder, name or run.name, leave_out=lambda _: False)


def export_run(run: RunFolder, folder: Path) -> Path:
    """Copy the whole run, history and checkpoints included, so that another machine shows the same; return it."""
    return _copy(run.path, folder, run.name, leave_out=lambda name: name in _PRIVATE)


def _copy(source: Path, folder: Path, name: str, leave_out: Callable[[str], bool]) -> Path:
    if not folder.is_dir():
        raise RequestError("no_folder", f"There is no folder {folder}.", "Choose one that exists.")
    if folder.resolve().is_relative_to(source.resolve()):
        raise RequestError("inside_itself", "The copy would lie inside what is copied.", "Choose another folder.")
    needed, free = size_of(source), shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            "disk_full",
            f"The copy needs {size(needed)}, and only {size(free)} are free there. Nothing was written.",
            "Free some room or choose another folder.",
        )
    target = _free_name(folder, name)
    partial = target.with_name(f".{target.name}{_PARTIAL}")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial, ignore=lambda _, names: [found for found in names if leave_out(found)])
        _flush(partial)
        partial.rename(target)
        sync_folder(folder)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        why = error.strerror if isinstance(error, OSError) and error.strerror else "some files could not be copied"
        raise UserError(
            "cannot_export",
            f"The copy could not be made: {why}. Nothing was left behind, and the run is untouched.",
            "Free some room, check the folder's permissions, or choose another folder.",
        ) from error
    return target


def _free_name(folder: Path, name: str) -> Path:
    found, number = folder / name, 2
    while found.exists():
        found, number = folder / f"{name}-{number}", number + 1
    return found


def _flush(folder: Path) -> None:
    """Bring every copied file to the disk before the folder gets its name."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb+") as file:
                os.fsync(file.fileno())
