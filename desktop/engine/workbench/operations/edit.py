"""The edit operation: one correction by hand to one row, or a step back or forward; it loads no model."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from desktop.engine.data.library.edits import append_step, read_edits
from desktop.engine.errors import RequestError
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of


class EditParams(DataParams):
    """What is asked.

    Attributes:
        action: leave a row out, take it as it stands in the file again, give its values, or step back or forward;
            ``look`` changes nothing.
        row: its number.
        values: the whole record as corrected, with ``set``.
    """

    action: Literal["skip", "restore", "set", "undo", "redo", "look"]
    row: int = Field(default=0, ge=0)
    values: dict[str, Any] | None = None


class EditRow(Operation):
    """Writes into the journal of a set; its source file is never touched."""

    id: ClassVar[str] = "edit"
    title: ClassVar[str] = "Correcting a row"
    summary: ClassVar[str] = "Leaves a row out, corrects it, or takes that back."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the corrections as they stand now, for the job, and what was done."""
        asked = EditParams.model_validate(params)
        plain = asked.source.model_copy(update={"edits": ()})
        imported = data_of(DataParams(source=plain, kinds=asked.kinds), reply)
        journal = imported.entry.edits_file
        if asked.action in ("skip", "restore", "set") and not 1 <= asked.row <= imported.total:
            raise RequestError("no_row", f"There is no row {asked.row}.", f"The last is row {imported.total}.")
        if asked.action == "set" and asked.values is None:
            raise RequestError("no_values", "A correction needs the values of the row.")
        edits = read_edits(journal)
        step = _step(asked)
        touched = edits.apply(step) if step else None
        if step and touched is not None:
            append_step(journal, step)
        return {
            "edits": [edit.model_dump(mode="json", exclude_defaults=True) for edit in edits.as_edits],
            "can_undo": edits.can_undo,
            "can_redo": edits.can_redo,
            "row": touched or 0,
            "sentence": _sentence(asked.action, touched, edits.current.get(touched or 0)),
        }


def _step(asked: EditParams) -> dict[str, Any]:
    if asked.action in ("undo", "redo"):
        return {asked.action: True}
    if asked.action == "skip":
        return {"row": asked.row, "skip": True}
    if asked.action == "set":
        return {"row": asked.row, "values": asked.values}
    return {"row": asked.row} if asked.action == "restore" else {}


def _sentence(action: str, row: int | None, edit: Any) -> str:
    if action == "look":
        return ""
    if row is None:
        return f"There is nothing to {action}."
    if edit is None:
        return f"Row {row:,} is as it stands in the file again."
    return f"Row {row:,} is left out." if edit.skip else f"Row {row:,} is corrected."
