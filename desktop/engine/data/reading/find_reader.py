"""Chooses who reads a file or folder: by its first bytes where they are plain, else by name; it reads no row."""

from __future__ import annotations

from pathlib import Path

from desktop.engine.data.readers import READERS
from desktop.engine.data.readers.base import Reader
from desktop.engine.data.reading.encoding import encoding_of
from desktop.engine.data.reading.files import check_present, head
from desktop.engine.data.reading.folders import files_below
from desktop.engine.data.reading.lines import sample_of
from desktop.engine.errors import RequestError

_PACKED = ((b"PAR1", "parquet"), (b"ARROW1\0\0", "arrow"), (b"%PDF-", "pdf"))
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def reader_for(path: Path, format: str = "auto") -> Reader:
    """Return the reader for ``path``: the one asked for, else by its first bytes, else by its name.

    Raises:
        RequestError: nothing is there, or in no format that is known, or a folder holds several kinds of tables.
    """
    check_present(path)
    if format != "auto":
        return READERS.get(format)
    if path.is_dir():
        return _for_folder(path)
    by_name = next((reader for reader in READERS.all() if reader.takes(path)), None)
    return _by_content(path, by_name) or by_name or _by_first_letter(path)


def _by_content(path: Path, by_name: Reader | None) -> Reader | None:
    """Return the reader that the first bytes ask for, whatever the name says."""
    start = head(path, 1024).lstrip() if by_name is None or path.suffix.lower() != ".gz" else b""
    for signature, format_id in _PACKED:
        if start.startswith(signature) and (format_id != "parquet" or _ends_with(path, signature)):
            return READERS.get(format_id)
    known = by_name.id if by_name else ""
    if start.startswith(_ZIP) and known != "docx":
        return _for_zip(path)
    if start.startswith(_OLE):
        raise RequestError(
            "old_office_file",
            f"{path.name} is an Office file of the old kind, or one behind a password; neither can be read here.",
            "Open it and save it as .docx or, for a table, as CSV with the encoding UTF-8, without a password.",
        )
    return None


def _for_zip(path: Path) -> Reader:
    from desktop.engine.data.reading.archives import names_in

    names = names_in(path)
    if "word/document.xml" in names:
        return READERS.get("docx")
    if "xl/workbook.xml" in names:
        raise RequestError(
            "spreadsheet",
            f"{path.name} is a spreadsheet.",
            "Open it and save the sheet as CSV with the encoding UTF-8.",
        )
    raise RequestError(
        "archive",
        f"{path.name} is a zip archive, which is not looked into.",
        "Unpack it and choose the file or folder.",
    )


def _by_first_letter(path: Path) -> Reader:
    if b"\0" not in head(path, 1024) or encoding_of(path).wide:
        first = sample_of(path, "auto", 4096).lstrip()[:1]
        if first in ("[", "{"):
            return READERS.get("json" if first == "[" else "jsonl")
    raise RequestError(
        "unknown_format", f"{path.name} is in no format that is known here.", f"Known endings: {_endings()}."
    )


def _for_folder(folder: Path) -> Reader:
    """Return who reads all of a folder: its tables where they are of one kind, else its documents."""
    if saved := next((reader for reader in READERS.all() if reader.takes(folder)), None):
        return saved
    names = [path.name for path in files_below(folder)]
    present = [reader for reader in READERS.all() if reader.suffixes and any(map(reader.takes_name, names))]
    tables = [reader for reader in present if not reader.documents]
    if len(tables) > 1:  # .json beside tables says something about them
        tables = [reader for reader in tables if reader.id != "json"]
    if len(tables) > 1:
        titles = " and ".join(reader.title for reader in tables)
        raise RequestError(
            "mixed_folder",
            f"The folder {folder.name} holds {titles} files; as one set they would be mixed up.",
            "Choose the files that belong together, or a folder with one kind.",
        )
    if tables:
        return tables[0]
    if not present:
        raise RequestError(
            "no_text_in_folder",
            f"The folder {folder} holds no file that can be read.",
            f"Choose a file, or another folder. Known endings: {_endings()}.",
        )
    return present[0] if len(present) == 1 else READERS.get("documents")


def _endings() -> str:
    return ", ".join(sorted({end for reader in READERS.all() for end in reader.suffixes if end.count(".") == 1}))


def _ends_with(path: Path, signature: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-min(len(signature), path.stat().st_size), 2)
        return file.read() == signature
