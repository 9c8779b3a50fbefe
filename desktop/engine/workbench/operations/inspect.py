"""The inspect operation: what a file holds, how it was understood and which rows cannot be used; it loads no model."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.data.dataset import survey
from desktop.engine.data.inspection import inspected, surveyed
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, telling


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
        """Return the report; columns nobody could guess are a ``problem`` in it, to be mapped on sight.

        What the first rows tell is streamed ahead as ``survey``: a large file takes a while to be read to its end.
        """
        asked = InspectParams.model_validate(params)
        looked = survey(asked.source, asked.kinds)
        reply.stream({"survey": surveyed(looked, asked.kinds, asked.start, asked.preview)})
        return inspected(looked, asked.kinds, telling(reply), asked.start, asked.preview)[0]
