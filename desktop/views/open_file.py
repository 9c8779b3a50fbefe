"""Asks which data file to open; the readers say which endings are data, what is in a file is not known."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.engine.data.readers import READERS


def data_filter() -> str:
    """Return what file dialogs offer: every ending that some reader takes."""
    endings = sorted({ending for reader in READERS.all() for ending in reader.suffixes})
    return f"Data ({' '.join(f'*{ending}' for ending in endings)});;All files (*)"


def ask_for_data_file(parent: QWidget) -> str:
    """Return the file the user chose, empty when none."""
    file, _ = QFileDialog.getOpenFileName(parent, "Open a data file", "", data_filter())
    return file
