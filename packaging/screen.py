"""Finds out whether Qt can draw here by really loading its platform plugins; installs what is missing where it can."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import apt
from words import Stop, say

# What PySide6's wheels expect of the system, by Debian's names.
BASE = [
    "libegl1", "libgl1", "libopengl0", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libfreetype6",
    "libglib2.0-0", "fonts-dejavu-core",
]  # fmt: skip
X11 = [
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0",
    "libxcb-shape0", "libxcb-shm0", "libxcb-sync1", "libxcb-xfixes0", "libxcb-xinerama0", "libxcb-xkb1", "libx11-xcb1",
    "libxkbcommon-x11-0", "libsm6", "libice6",
]  # fmt: skip

_LOAD = """
import ctypes, pathlib, sys
import PySide6
from PySide6 import QtCore, QtGui, QtWidgets
folder = pathlib.Path(QtCore.QLibraryInfo.path(QtCore.QLibraryInfo.LibraryPath.PluginsPath), "platforms")
for name in sys.argv[1:]:
    for file in folder.glob(name):
        ctypes.CDLL(str(file))
"""
_OPEN = (
    "from PySide6.QtGui import QGuiApplication; import sys; sys.exit(0 if QGuiApplication([]).primaryScreen() else 3)"
)


def ensure_qt(python: Path, *, window: bool) -> None:
    """Make sure that Qt loads (and its X11 plugin, if a ``window`` is wanted), or stop with the line to run."""
    missing = _missing(python, window)
    if missing is None:
        return
    packages = BASE + (X11 if window else [])
    if apt.install(packages, "the system libraries that Qt draws with"):
        missing = _missing(python, window)
        if missing is None:
            return
    cure = f"sudo apt-get install -y {' '.join(packages)}"
    if sys.platform != "linux":
        cure = "Install the Microsoft Visual C++ Redistributable (x64)." if os.name == "nt" else "Update macOS."
    raise Stop(f"Qt cannot start: the system library {missing} is missing.", cure)


def is_there(python: Path) -> bool:
    """Tell whether a window can open: Qt is asked in a process of its own, since it aborts where there is no screen."""
    linux = sys.platform.startswith("linux")
    if linux and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return False
    try:
        done = subprocess.run([str(python), "-c", _OPEN], capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _missing(python: Path, window: bool) -> str | None:
    plugins = ["libqoffscreen.so"] + (["libqxcb.so"] if window else [])
    command = [str(python), "-c", _LOAD, *(plugins if sys.platform == "linux" else [])]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return None
    found = re.search(r"(\S+\.so[.\d]*): cannot open shared object", done.stderr)
    if found is None:
        say(done.stderr.strip()[-800:])
    return found.group(1) if found else "that Qt needs"
