"""The inspect operation: what a file holds, how it was understood and which rows cannot be used; it loads no model."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from desktop.engine.data.dataset import Survey, convert, open_source, preview_values, reader_for, survey
from desktop.engine.data.readers import READERS
from desktop.engine.data.rows import BadRow, Record
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Shape
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams

MOST_BAD = 1000


class InspectParams(DataParams):
    """What is asked.

    Attributes:
        preview: how many rows to show.
        start: how many rows to leave out before those.
    """

    preview: int = 20
    start: int = 0


class Inspect(Operation):
    """Reads a data file to its end and reports."""

    id: ClassVar[str] = "inspect"
    title: ClassVar[str] = "Inspecting the data"
    summary: ClassVar[str] = "Format, columns, mapping, and every row that cannot be used."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the report; columns nobody could guess are a ``problem`` in it, to be mapped on sight."""
        return inspect(InspectParams.model_validate(params), reply)


def inspect(asked: InspectParams, reply: Reply) -> dict[str, Any]:
    """Return what is known of the source: the whole of it where its columns are understood, else its first rows."""
    looked = survey(asked.source, asked.kinds)
    path = Path(asked.source.path).expanduser()
    report: dict[str, Any] = {
        "name": path.name,
        "bytes": path.stat().st_size if path.is_file() else 0,
        "format": looked.format,
        "format_title": READERS.get(looked.format).title,
        "columns": list(looked.columns),
        "recognised": looked.shape.id if looked.shape else None,
        "recognised_title": looked.shape.title if looked.shape else None,
        "kind": looked.shape.kind if looked.shape else None,
        "why": looked.why,
        "mapping": looked.mapping,
        "choices": [_choice(shape) for shape in SHAPES.all() if not asked.kinds or shape.kind in asked.kinds],
        "first": _first(asked, looked),
        "problem": looked.problem.as_dict() if looked.problem else None,
    }
    return {**report, **_counts(asked, looked, reply)}


def _counts(asked: InspectParams, looked: Survey, reply: Reply) -> dict[str, Any]:
    if looked.shape is None:
        return {"rows": 0, "total": 0, "bad": [], "bad_total": 0, "duplicates": 0}

    def tell(rows: int) -> None:
        reply.check()
        reply.stream({"what": "Reading rows", "done": rows, "total": 0})

    imported = open_source(asked.source, asked.kinds, tell)
    return {
        "columns": list(imported.columns),
        "rows": len(imported.rows),
        "total": imported.total,
        "bad": [row.as_dict() for row in imported.bad[:MOST_BAD]],
        "bad_total": len(imported.bad),
        "duplicates": len(imported.rows) - len({repr(row) for row in imported.rows}),
    }


def _choice(shape: Shape) -> dict[str, Any]:
    roles = [{"id": role.id, "title": role.title, "required": role.required} for role in shape.roles]
    return {"id": shape.id, "title": shape.title, "summary": shape.summary, "kind": shape.kind, "roles": roles}


def _first(asked: InspectParams, looked: Survey) -> list[dict[str, Any]]:
    """Return some rows as the table shows them, beside what became of each."""
    if asked.start + asked.preview <= len(looked.first):
        records = list(looked.first[asked.start : asked.start + asked.preview])
    else:
        path = Path(asked.source.path).expanduser()
        every = reader_for(path, asked.source.format).read(path)
        records = list(islice(every, asked.start, asked.start + asked.preview))
    return [_seen(record, looked) for record in records]


def _seen(record: Record | BadRow, looked: Survey) -> dict[str, Any]:
    seen: dict[str, Any] = {"row": record.row, "line": record.line, "cells": {}, "canonical": None, "reason": None}
    if isinstance(record, Record):
        seen["cells"] = preview_values(record)
    if looked.shape is not None or isinstance(record, BadRow):
        outcome = convert(record, looked.shape, looked.mapping) if looked.shape else record
        if isinstance(outcome, BadRow):
            seen["reason"] = outcome.reason
        else:
            seen["canonical"] = outcome
    return seen
