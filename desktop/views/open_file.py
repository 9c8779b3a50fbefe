"""Asks which data file to open; which endings are data is said here once, what is in a file is not known."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget

DATA_FILES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".md", ".parquet", ".arrow")


def ask_for_data_file(parent: QWidget) -> str:
    """Return the file the user chose, empty when none."""
    endings = " ".join(f"*{ending}" for ending in DATA_FILES)
    file, _ = QFileDialog.getOpenFileName(parent, "Open a data file", "", f"Data ({endings});;All files (*)")
    return file
