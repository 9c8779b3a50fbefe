"""The report operation: what an import found, written to a file of the user's choice; it loads no model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from desktop.engine.data.dataset import survey
from desktop.engine.data.inspection import inspected
from desktop.engine.data.report import save_report
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, telling


class ReportParams(DataParams):
    """What is asked.

    Attributes:
        path: where to write.
        format: for people, programs or spreadsheets.
    """

    path: str
    format: Literal["md", "json", "csv"] = "md"


class Report(Operation):
    """Writes the report of a set."""

    id: ClassVar[str] = "report"
    title: ClassVar[str] = "Writing the report"
    summary: ClassVar[str] = "What was found about the rows, as Markdown, JSON or CSV."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Write it and return its path."""
        asked = ReportParams.model_validate(params)
        looked = survey(asked.source, asked.kinds)
        values, imported = inspected(looked, asked.kinds, telling(reply))
        save_report(values, imported.view.findings() if imported else iter(()), Path(asked.path), asked.format)
        return {"path": asked.path}
