"""Corrections made by hand to single rows, with undo and redo: a journal that is only ever appended to.

Each line is one of ``{"row": 3, "skip": true}``, ``{"row": 3, "values": {...}}``, ``{"row": 3}`` (as in the file),
``{"undo": true}`` and ``{"redo": true}``. It knows neither readers nor what rows mean.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.engine.data.source import Edit
from desktop.engine.errors import UserError


@dataclass
class Edits:
    """The corrections of one set as they stand.

    Attributes:
        current: row -> its correction.
    """

    current: dict[int, Edit] = field(default_factory=dict)
    _done: list[tuple[int, Edit | None]] = field(default_factory=list)
    _undone: list[tuple[int, Edit | None]] = field(default_factory=list)

    @property
    def can_undo(self) -> bool:
        """Tell whether there is a step to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Tell whether a step was taken back that can be made again."""
        return bool(self._undone)

    @property
    def as_edits(self) -> tuple[Edit, ...]:
        """Return the corrections in the order of the rows, as a job takes them."""
        return tuple(self.current[row] for row in sorted(self.current))

    def apply(self, step: dict[str, Any]) -> int | None:
        """Take one line of the journal; return the row it touched, ``None`` where there was nothing to do."""
        if step.get("undo"):
            return self._swap(self._done, self._undone)
        if step.get("redo"):
            return self._swap(self._undone, self._done)
        row = int(step["row"])
        wanted = Edit.model_validate(step) if step.get("skip") or step.get("values") is not None else None
        self._done.append((row, self.current.get(row)))
        self._undone.clear()
        self._put(row, wanted)
        return row

    def _swap(self, source: list[tuple[int, Edit | None]], target: list[tuple[int, Edit | None]]) -> int | None:
        if not source:
            return None
        row, before = source.pop()
        target.append((row, self.current.get(row)))
        self._put(row, before)
        return row

    def _put(self, row: int, edit: Edit | None) -> None:
        if edit is None:
            self.current.pop(row, None)
        else:
            self.current[row] = edit


def read_edits(path: Path) -> Edits:
    """Return the corrections in a journal; a last line cut off by a crash was never confirmed and is passed over."""
    edits = Edits()
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return edits
    for line in lines:
        try:
            step = json.loads(line)
            edits.apply(step)
        except (ValueError, KeyError, TypeError):
            continue
    return edits


def append_step(path: Path, step: dict[str, Any]) -> None:
    """Add one line and push it to the disk; raise :class:`UserError` where that fails.

    A line cut off earlier is ended first, so that it costs only itself.
    """
    data = json.dumps(step, ensure_ascii=True).encode() + b"\n"
    try:
        with path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                data = data if file.read(1) == b"\n" else b"\n" + data
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UserError(
            "edit_not_saved",
            f"The correction could not be saved: {error.strerror or error}.",
            "Free some space, or see that the workspace can be written to, and try again.",
        ) from error
