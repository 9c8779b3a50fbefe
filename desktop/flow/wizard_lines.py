"""What was chosen in each step, in a few words under its name; it chooses nothing and knows no widget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec
from desktop.engine.memory.job_shape import options_of
from desktop.engine.memory.sizes import size
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from desktop.flow.wizard_inferred import kept_aside, of_old_tasks, rows_of

if TYPE_CHECKING:
    from desktop.flow.wizard import Wizard


def line_of(wizard: Wizard, step: str) -> str:
    """Return what was chosen in ``step``; empty while nothing was."""
    found = wizard.findings
    if step == "model":
        return found.model.title if found.model else Path(wizard.answers.model).name
    if step == "data":
        if len(wizard.answers.data) > 1:
            rows = rows_of(found) + kept_aside(found) + of_old_tasks(found)
            return f"{len(wizard.answers.data)} data sets, {rows:,} rows"
        name = Path(wizard.answers.data[0].path).name if wizard.answers.data else ""
        return f"{name}, {found.data.rows:,} rows" if found.data and found.data.rows and name else name
    if step == "objective":
        known = found.model is not None and found.data is not None and found.data.kind
        return OBJECTIVES.get(wizard.job.objective.id).title if known else ""
    if step == "tokenizer":
        if not found.model:
            return ""
        if wizard.answers.tokenizer.action == "train":
            return f"New, {wizard.answers.tokenizer.vocabulary:,} tokens"
        return f"Unchanged, {found.model.facts.vocabulary:,} tokens"
    if step == "method":
        if not found.model:
            return ""
        rank = getattr(options_or_none(wizard.job), "rank", None)
        title = METHODS.get(wizard.method.id).title
        return f"{title}, rank {rank}" if rank else title
    if step == "memory" and wizard.estimate is not None:
        return f"{size(wizard.estimate.total_mib)} of {size(wizard.estimate.limit_mib)}"
    return ""


def options_or_none(job: JobSpec) -> Any:
    """Return the method's options, ``None`` where they do not hold together."""
    try:
        return options_of(job)[1]
    except RequestError:
        return None
