"""The library and forget operations: the data sets that were imported, and removing one; they load no model."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.data.library.shelf import shelf
from desktop.engine.workbench.base import Operation, Reply


class Library(Operation):
    """Lists the imported sets."""

    id: ClassVar[str] = "library"
    title: ClassVar[str] = "Listing imported data"
    summary: ClassVar[str] = "Every imported set with its rows, size and source."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the sets, the newest first."""
        return {"sets": [one.as_dict() for one in shelf()]}


class Forget(Operation):
    """Removes one imported set; its source stays."""

    id: ClassVar[str] = "forget"
    title: ClassVar[str] = "Removing imported data"
    summary: ClassVar[str] = "Frees what an imported set takes; the file it came from is not touched."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Remove it and return the bytes that are free again."""
        from desktop.engine.data.library.entry import forget

        return {"freed": forget(str(params.get("id", "")))}
