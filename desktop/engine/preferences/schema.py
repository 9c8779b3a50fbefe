"""The tables of a preference project and how its file is opened; it knows nothing of pairing or of what votes mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.engine.errors import RequestError, UserError

APPLICATION = 0x46744C50  # marks the file as ours in its header
VERSION = 1

TABLES = """
CREATE TABLE project (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pairs (
    id INTEGER PRIMARY KEY, prompt TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL,
    tokens_a INTEGER NOT NULL, tokens_b INTEGER NOT NULL, sources TEXT NOT NULL, time REAL NOT NULL
);
CREATE TABLE items (
    id INTEGER PRIMARY KEY, pair_id INTEGER NOT NULL REFERENCES pairs(id),
    left TEXT NOT NULL CHECK (left IN ('a', 'b')), repeat INTEGER NOT NULL, place REAL NOT NULL, made_by INTEGER
);
CREATE INDEX items_by_place ON items(place);
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INTEGER NOT NULL REFERENCES items(id),
    pair_id INTEGER NOT NULL REFERENCES pairs(id), left TEXT NOT NULL CHECK (left IN ('a', 'b')),
    choice TEXT NOT NULL CHECK (choice IN ('left', 'right', 'both_good', 'both_bad', 'skip')),
    preferred TEXT CHECK (preferred IN ('a', 'b')), milliseconds INTEGER NOT NULL, reasons TEXT NOT NULL,
    note TEXT NOT NULL, repeat INTEGER NOT NULL, annotator TEXT NOT NULL, time REAL NOT NULL,
    place_before REAL NOT NULL, undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX judgements_by_item ON judgements(item_id, undone);
"""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the project file at ``path``; a vote committed to it has reached the disk."""
    if create == path.exists():
        raise _exists(path) if create else _missing(path)
    with told(path):
        connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if create:
                _make_tables(connection)
            _check(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise UserError(
                "project_locked",
                f"{path.name} is being written to by another program, so nothing was saved just now.",
                "Close the other window that has this project open, and judge the pair again.",
            ) from error
        if "full" in str(error) or "disk I/O" in str(error) or "readonly" in str(error) or "unable" in str(error):
            raise UserError(
                "cannot_write",
                f"{path.name} cannot be written ({error}). Everything judged before this is safe.",
                "Free some disk space or check the folder's permissions, and try again.",
            ) from error
        raise RequestError(
            "not_a_project",
            f"{path.name} is no preference project, or it is damaged.",
            "Choose another file, or restore it from a backup.",
        ) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Do all of the block or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _make_tables(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        for statement in TABLES.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise RequestError("not_a_project", f"{path.name} is no preference project.", "Choose another file.")
    if version > VERSION:
        raise RequestError(
            "newer_project", f"{path.name} was written by a newer version of Fettle.", "Update Fettle to open it."
        )


def _exists(path: Path) -> RequestError:
    return RequestError("project_exists", f"There is already a project called {path.stem}.", "Choose another name.")


def _missing(path: Path) -> RequestError:
    return RequestError("no_project", f"There is no project at {path}.", "It may have been moved or deleted.")
