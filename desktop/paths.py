"""Where things live: the workspace, the caches, the bundled resources; it knows no other module of ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path

WORKSPACE_VARIABLE = "FETTLE_WORKSPACE"


def workspace() -> Path:
    """Return the folder that holds the user's runs, data and preferences (created if missing).

    ``FETTLE_WORKSPACE`` overrides the default, ``~/Fettle``: tests and several workspaces on one machine need that.
    """
    chosen = os.environ.get(WORKSPACE_VARIABLE)
    folder = Path(chosen).expanduser() if chosen else Path.home() / "Fettle"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def runs() -> Path:
    """Return the folder with one sub-folder a run."""
    return _made("runs")


def recipes() -> Path:
    """Return the folder with one sub-folder a recipe that was started."""
    return _made("recipes")


def preferences() -> Path:
    """Return the folder with one SQLite file a preference project."""
    return _made("preferences")


def data() -> Path:
    """Return the folder with one sub-folder an imported data set."""
    return _made("data")


def models() -> Path:
    """Return the folder where a user may drop model folders of her own."""
    return _made("models")


def logs() -> Path:
    """Return the folder with one file an unexpected failure of the program itself."""
    return _made("logs")


def settings_file() -> Path:
    """Return the file of the window's own settings (not of any run)."""
    return workspace() / "settings.ini"


def resources() -> Path:
    """Return the bundled resources: of the checkout, the installed wheel or the frozen app."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    beside = Path(__file__).resolve().parent.parent / "resources"  # a checkout
    inside = Path(__file__).resolve().parent / "resources"  # a wheel: hatchling force-includes it here
    return beside if beside.is_dir() else inside


def bundled_models() -> Path:
    """Return the folder of starter models that came with the program."""
    return resources() / "models"


def samples() -> Path:
    """Return the folder of sample data that came with the program."""
    return resources() / "samples"


def is_inside(path: Path, root: Path) -> bool:
    """Tell whether ``path``, links followed, lies in ``root``: the one containment check for names from outside."""
    return path.resolve().is_relative_to(root.resolve())


def _made(name: str) -> Path:
    folder = workspace() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
