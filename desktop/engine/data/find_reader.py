"""Chooses who reads a file or folder: by name, else by its first bytes; it knows nothing of what is read."""

from __future__ import annotations

from pathlib import Path

from desktop.engine.data.files import check_present, head
from desktop.engine.data.readers import READERS
from desktop.engine.data.readers.base import Reader
from desktop.engine.errors import RequestError


def reader_for(path: Path, format: str = "auto") -> Reader:
    """Return the reader for ``path``: the one asked for, else by its name, else by its first bytes."""
    check_present(path)
    if format != "auto":
        return READERS.get(format)
    found = next((reader for reader in READERS.all() if reader.takes(path)), None)
    if found is not None:
        return found
    if path.is_dir():
        raise RequestError(
            "no_text_in_folder", f"The folder {path} holds no .txt or .md file.", "Choose a file, or another folder."
        )
    start = head(path, 64).lstrip()
    for signature, format_id in ((b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"[", "json"), (b"{", "jsonl")):
        if start.startswith(signature):
            return READERS.get(format_id)
    endings = sorted({suffix for reader in READERS.all() for suffix in reader.suffixes if suffix.count(".") == 1})
    raise RequestError(
        "unknown_format", f"{path.name} is in no format that is known here.", f"Known endings: {', '.join(endings)}."
    )
