"""Whether the data sets of a job are of a kind its objective learns from, by their first rows; it loads no model."""

from __future__ import annotations

from dataclasses import replace

from desktop.engine.data.dataset import Survey, survey
from desktop.engine.errors import Problem, RequestError
from desktop.engine.job import JobSpec
from desktop.engine.objectives.base import Objective
from desktop.engine.suits import wrong_rows


def rows_problems(job: JobSpec, objective: Objective, model: str = "") -> list[Problem]:
    """Return which sets of ``job`` hold rows ``objective`` cannot learn from, and what could with such a ``model``.

    What else is wrong with a set, down to its absence, is told by whoever reads it.
    """
    found = []
    for source in job.data:
        try:
            looked = survey(source, objective.rows)
        except RequestError:
            continue
        found.append(set_problem(objective, looked, model))
    return [problem for problem in found if problem is not None]


def set_problem(objective: Objective, looked: Survey, model: str = "") -> Problem | None:
    """Return why ``objective`` cannot learn from a set that was ``looked`` at; ``None`` where nothing says so."""
    if looked.other is not None:
        kind, why = looked.other
    elif looked.shape is not None:
        kind, why = looked.shape.kind, looked.why
    else:
        return None
    problem = wrong_rows(objective, kind, model)
    return problem and replace(problem, fix=f"{problem.fix} What says so in {looked.located.name}: {why}.")
