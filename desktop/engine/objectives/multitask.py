"""Multi-task fine-tuning: several tasks at once, each evaluated apart; it knows not how their rows are mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.engine.data.mixing.tasks import learned_tasks
from desktop.engine.errors import Problem
from desktop.engine.objectives.base import LOSS, Measure
from desktop.engine.objectives.sft import Sft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.engine.job import JobSpec
    from desktop.engine.methods.base import ModelFacts

MEAN, WORST = "mean_task_loss", "worst_task_loss"


class Multitask(Sft):
    """Learning several tasks at once."""

    id = "multitask"
    title = "Multi-task fine-tuning"
    summary = "Learns several tasks at once, each from its own data set and each evaluated apart."
    explanation = (
        "Every data set is a task. Their rows are mixed in each epoch as the job's mixing says: by size, in equal "
        "shares, softened by a temperature, or by weights. Held-out rows of each task are measured apart, so a task "
        "that pays for the others is seen; the mean over tasks counts a small task as much as a large one."
    )
    use_when = "one model is to do several things, and you have rows for each of them."
    avoid_when = "there is one task, or the model already knows one of them: then continual fine-tuning keeps it."
    paper = (
        "Caruana 1997, Multitask Learning; Raffel et al. 2020, Exploring the Limits of Transfer Learning, section 3.5.2"
    )
    row = "O11"
    order = 110
    measures = (Measure(MEAN, "Mean loss of the tasks"), Measure(WORST, "Loss of the worst task"), LOSS)

    def problems(self, job: JobSpec, options: Any, facts: ModelFacts | None) -> list[Problem]:
        """Return that there are too few tasks, where there are."""
        tasks = learned_tasks(job.data)
        if not tasks or len(tasks) > 1:
            return []
        return [
            Problem(
                "data",
                f"multi-task fine-tuning learns several tasks at once, and there is only one: {tasks[0]}.",
                "Add a data set of another task, or choose supervised fine-tuning.",
            )
        ]

    def over_tasks(self, found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Return the mean of the tasks' losses, each counted once, and the highest."""
        losses = [figures["loss"] for figures in found.values()]
        return {MEAN: sum(losses) / len(losses), WORST: max(losses)} if losses else {}
