"""The rows of a data set as a table shows them, and one row as it is corrected by hand; it knows no widget.

What a field holds need not be text. It is shown as JSON then, and what is typed must be JSON again.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.engine.data.source import Edit
from desktop.engine.errors import RequestError
from desktop.flow.wizard_checks import CheckFound, in_words
from desktop.flow.wizard_findings import DataFound

_SHORT = 300  # letters of a value that a cell shows
STATE_TITLES = {"good": "Used", "bad": "Left out", "skipped": "Skipped", "fixed": "Fixed", "edited": "Edited"}


@dataclass(frozen=True)
class SeenRow:
    """One row of the table.

    Attributes:
        row: its place among the rows, from 1.
        line: where it begins in its file.
        file: which file that is.
        state: ``good``, ``bad``, ``skipped``, ``fixed`` or ``edited``.
        cells: column -> short text.
        reason: what is wrong with it, empty where nothing is.
    """

    row: int
    line: int
    file: str
    state: str
    cells: Mapping[str, str]
    reason: str = ""


@dataclass(frozen=True)
class RowRecord:
    """One whole row, to be corrected.

    Attributes:
        row: its place among the rows, from 1.
        line: where it begins in its file.
        values: column -> anything JSON can say; empty where the row could not be read at all.
        edited: whether it was corrected before.
        raw: the row as the file holds it.
    """

    row: int
    line: int
    values: Mapping[str, Any]
    edited: bool = False
    raw: str = ""


def page_from(report: Mapping[str, Any]) -> tuple[int, tuple[SeenRow, ...]]:
    """Return how many rows there are in all, and the ones the ``rows`` operation sent."""
    return int(report.get("total") or 0), tuple(_seen(values) for values in report.get("rows") or ())


def record_from(report: Mapping[str, Any]) -> RowRecord:
    """Return what the ``record`` operation sent."""
    values = report.get("values")
    return RowRecord(
        row=int(report["row"]),
        line=int(report.get("line") or 0),
        values=dict(values) if isinstance(values, Mapping) else {},
        edited=bool(report.get("edited")),
        raw=str(report.get("raw") or ""),
    )


def filters(checks: Sequence[CheckFound]) -> list[tuple[str, str]]:
    """Return what the table can be narrowed to: id and words, everything first."""
    plain = [("", "All rows"), ("bad", "Left out"), ("good", "Used"), ("edited", "Changed by you")]
    return [*plain, *((check.id, f"{check.title} ({check.count:,})") for check in checks if check.count)]


def column_lengths(data: DataFound) -> tuple[int, ...]:
    """Return how many letters the cells of each column hold, as far as the first rows tell."""
    shown = [row.cells for row in data.first if row.cells]
    cells = [[len(name), *(len(row[place]) for row in shown)] for place, name in enumerate(data.columns)]
    return tuple(max(lengths) for lengths in cells)


def corrected(row: SeenRow, edit: Edit | None) -> SeenRow:
    """Return ``row`` as it is with ``edit``, or once its correction was taken back."""
    if edit is None:
        # What the checks say of it is known when the set is read again; so far it is as any other.
        return dataclasses.replace(row, state="good" if row.state in ("skipped", "edited") else row.state)
    if edit.skip:
        return dataclasses.replace(row, state="skipped")
    cells = {name: _short(value) for name, value in (edit.values or {}).items()}
    return dataclasses.replace(row, state="edited", cells=cells, reason="")


def record_of(row: int, line: int, edit: Edit) -> RowRecord:
    """Return the record of a row that was corrected: what it holds now is known without asking."""
    return RowRecord(row=row, line=line, values=dict(edit.values or {}), edited=True)


def field_text(value: Any) -> str:
    """Return ``value`` as it is typed: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def field_value(text: str, was: Any, name: str) -> Any:
    """Return what was typed into the field ``name`` that held ``was``.

    Raises:
        RequestError: the field did not hold text, and what was typed is no JSON.
    """
    if isinstance(was, str):
        return text
    return json_value(text, name)


def json_value(text: str, name: str) -> Any:
    """Return the JSON in ``text``.

    Raises:
        RequestError: it is none, with the place where it stops being one.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise RequestError(
            "bad_json",
            f"{name} is not valid JSON: {error.msg.rstrip('.').lower()} at {where}.",
            "Texts stand in double quotes, items are parted by commas.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_json", f"{name} is nested too deeply, or holds too long a number.") from error


def _seen(values: Mapping[str, Any]) -> SeenRow:
    state = str(values.get("state") or "good")
    cells = values.get("cells") or {}
    return SeenRow(
        row=int(values.get("row") or 0),
        line=int(values.get("line") or 0),
        file=str(values.get("file") or ""),
        state=state if state in STATE_TITLES else "good",
        cells={str(name): "" if value is None else str(value) for name, value in cells.items()},
        reason=in_words(str(values.get("reason") or "")),
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:_SHORT]
