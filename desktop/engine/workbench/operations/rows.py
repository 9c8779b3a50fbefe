"""The rows operation: any rows of a set for a table, good ones and bad ones, a page at a time; it loads no model."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from desktop.engine.data.dataset import short
from desktop.engine.data.library.pages import PageRow
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, pages_of


class RowsParams(DataParams):
    """What is asked.

    Attributes:
        start: rows to leave out before the first one wanted.
        count: rows wanted at most.
        only: ``good``, ``bad``, ``edited`` or the id of a check; empty for all.
    """

    start: int = Field(default=0, ge=0)
    count: int = Field(default=200, ge=1, le=5000)
    only: str = ""


class Rows(Operation):
    """Shows rows as they stand in the file, beside what became of each."""

    id: ClassVar[str] = "rows"
    title: ClassVar[str] = "Showing rows"
    summary: ClassVar[str] = "A page of rows with their state and what was found about them."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the page and how many rows there are in all."""
        asked = RowsParams.model_validate(params)
        pages = pages_of(asked, reply)
        found = pages.page(asked.start, asked.count, asked.only)
        return {
            "total": pages.total(asked.only),
            "columns": list(pages.columns),
            "rows": [_shown(row) for row in found],
        }


class Record(Operation):
    """Shows one row whole, to be corrected."""

    id: ClassVar[str] = "record"
    title: ClassVar[str] = "Showing a row"
    summary: ClassVar[str] = "One row with every value, as it stands in the file or was corrected."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the values, or what stands there where it could not be read."""
        row = int(params.pop("row"))
        asked = DataParams.model_validate(params)
        pages = pages_of(asked, reply)
        found = pages.row(row)
        raw = next((finding.raw for finding in found.findings if finding.raw), "")
        return {
            "row": found.row, "line": found.line, "file": found.file, "values": found.values, "raw": raw,
            "state": found.state, "edited": any(edit.row == row for edit in asked.source.edits),
            "columns": list(pages.columns),
        }  # fmt: skip


def _shown(row: PageRow) -> dict[str, Any]:
    finding = row.findings[0] if row.findings else None
    return {
        "row": row.row, "line": row.line, "file": row.file, "state": row.state,
        "cells": {column: short(value) for column, value in row.values.items()} or _unreadable(row),
        "reason": finding.reason if finding else "", "check": finding.check if finding else "",
    }  # fmt: skip


def _unreadable(row: PageRow) -> dict[str, Any]:
    raw = next((finding.raw for finding in row.findings if finding.raw), "")
    return {"": short(raw)} if raw else {}
