"""The operation that lists the models at hand with their facts and lineage; it loads none of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

from desktop import paths
from desktop.engine.errors import UserError
from desktop.engine.models.facts import facts_of
from desktop.engine.models.heads import use_of
from desktop.engine.models.library import ModelRef, available, read_lineage
from desktop.engine.workbench.base import Operation, Reply


class Models(Operation):
    """Lists every model at hand."""

    id: ClassVar[str] = "models"
    title: ClassVar[str] = "Looking for models"
    summary: ClassVar[str] = "Every model at hand, where it came from and how large it is."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return ``models``, the bundled ones first, and the ``folder`` for models of one's own."""
        return {"models": [_described(ref) for ref in available()], "folder": str(paths.models())}


def _described(ref: ModelRef) -> dict[str, Any]:
    kept = ref.adapter or ref.folder
    lineage = read_lineage(kept)
    described: dict[str, Any] = {
        "ref": ref.ref,
        "title": ref.title,
        "source": ref.source,
        "summary": ref.summary,
        "folder": str(kept),
        "base_folder": str(ref.folder) if ref.adapter else "",
        "base": str(lineage.get("base", "")),
        "method": str(lineage.get("method", "")),
        "objective": str(lineage.get("objective", "")),
        "metrics": lineage.get("metrics", {}),
        "steps": lineage.get("steps", 0),
        "bytes": _size(kept),
        "adapter": ref.adapter is not None,
        "facts": None,
        "use": "",
        "problem": "",
    }
    try:
        described["facts"] = dataclasses.asdict(facts_of(ref.folder))
        described["use"] = use_of(ref)
    except UserError as error:
        described["problem"] = str(error)  # a broken folder is a row that says so, and no reason to hide the others
    return described


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
