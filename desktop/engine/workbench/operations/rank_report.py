"""The operation that tells how much of its rank a run's update uses; it loads no model, only the adapter's file."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.models.rank_report import rank_report
from desktop.engine.options import Options
from desktop.engine.workbench.base import Operation, Reply


class RankReportParams(Options):
    """What is asked.

    Attributes:
        run: a model as jobs name it (``run:NAME``).
    """

    run: str


class RankReport(Operation):
    """Measures the learned update of a run."""

    id: ClassVar[str] = "rank_report"
    title: ClassVar[str] = "Measuring what was learned"
    summary: ClassVar[str] = "Singular values and effective rank of the learned update, layer by layer."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return ``layers``, ``enough``, ``enough90`` and the ``sentence``."""
        return rank_report(RankReportParams.model_validate(params).run)
