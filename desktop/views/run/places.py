"""Where the user wants something to be put: asked in the system's own dialog; it writes nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_folder(parent: QWidget, title: str) -> Path | None:
    """Return the folder chosen, nothing when the user thought better of it."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(Path.home()))
    return Path(chosen) if chosen else None


def ask_file(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Return the file to write, nothing when the user thought better of it."""
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / name), kinds)
    return Path(chosen) if chosen else None


def show_in_files(path: Path) -> None:
    """Open the system's file browser at ``path``."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
