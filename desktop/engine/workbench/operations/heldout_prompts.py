"""The heldout_prompts operation: what a run's held-out rows ask, never seen in its training; it loads no model."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from desktop import paths
from desktop.engine.data.mixing.portions import portions_of
from desktop.engine.data.prompts import prompts_of
from desktop.engine.errors import RequestError
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import Options
from desktop.engine.run_folder import RunFolder
from desktop.engine.workbench.base import Operation, Reply


class HeldoutParams(Options):
    """What is asked.

    Attributes:
        run: name of the run's folder.
        most: how many prompts at most.
    """

    run: str
    most: int = Field(default=1000, ge=1)


class HeldoutPrompts(Operation):
    """Reads a run's data again and returns the questions it kept apart."""

    id: ClassVar[str] = "heldout_prompts"
    title: ClassVar[str] = "Reading the held-out questions"
    summary: ClassVar[str] = "The questions of the rows a run never trained on."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the ``prompts``; the split is the one the run made, found again from its job alone."""
        asked = HeldoutParams.model_validate(params)
        folder = paths.runs() / asked.run
        if not paths.is_inside(folder, paths.runs()) or not (folder / "job.yaml").is_file():
            raise RequestError("no_run", f"There is no run called {asked.run!r}.", "It may have been deleted.")
        job = RunFolder(folder).job()
        kinds = OBJECTIVES.get(job.objective.id).rows
        prompts = prompts_of(portions_of(job, kinds, lambda _: reply.check()).validation)
        if not prompts:
            raise RequestError(
                "no_prompts", f"The held-out rows of {asked.run} ask nothing on their own.", "Paste questions instead."
            )
        return {"prompts": prompts[: asked.most], "total": len(prompts)}
