"""The learning-rate operation: a short sweep over a job's first steps and the rate it suggests; it draws nothing."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from desktop.engine.job import JobSpec
from desktop.engine.options import Options
from desktop.engine.workbench.base import Cancelled, Operation, Reply


class RateParams(Options):
    """What is asked.

    Attributes:
        job: the job, as its file holds it.
        steps: optimizer steps of the sweep.
    """

    job: dict[str, Any]
    steps: int = Field(default=80, ge=10, le=1000)


class LearningRate(Operation):
    """Finds a learning rate."""

    id: ClassVar[str] = "learning_rate"
    title: ClassVar[str] = "Looking for a learning rate"
    summary: ClassVar[str] = "A short run with a growing rate; nothing of it is kept."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Stream ``{step, steps, rate, loss, smoothed}`` and return the fields of :class:`RateSweep` as plain data.

        While data and model are made ready, ``{what, done, total}`` is streamed as other operations do.
        """
        asked = RateParams.model_validate(params)
        job = JobSpec.from_mapping(asked.job)
        # The model of a chat, or of an earlier request, must not take the memory this one needs.
        for slot in ("chat", "data", "pages"):
            reply.kept.drop(slot)
        from desktop.engine.rate_sweep import RatePoint
        from desktop.engine.train.rate_finder import find_rate

        def told(point: RatePoint) -> None:
            loss, mean = (value if value == value else None for value in (point.loss, point.smoothed))
            reply.stream({"step": point.step, "steps": asked.steps, "rate": point.rate, "loss": loss, "smoothed": mean})

        def prepared(what: str, done: int, total: int) -> None:
            reply.stream({"what": what, "done": done, "total": total})

        found = find_rate(
            job, steps=asked.steps, told=told, prepared=prepared, wanted=lambda: not reply.cancelled
        )  # fmt: skip
        if found is None:
            raise Cancelled
        return found.as_dict()
