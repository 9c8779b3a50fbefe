"""The operation that tells the family of a model; it loads none of its members."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.models.lineage import family
from desktop.engine.workbench.base import Operation, Reply


class Lineage(Operation):
    """Tells what a model came from and what came from it."""

    id: ClassVar[str] = "lineage"
    title: ClassVar[str] = "Family tree"
    summary: ClassVar[str] = "What a model was made from, how, and what was made from it."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the family of ``model``: ``model`` with all it was made from, ``tuned`` with what came from it."""
        return family(str(params.get("model", ""))).as_dict()
