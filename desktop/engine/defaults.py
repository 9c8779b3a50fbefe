"""What a job leaves open and both its method and its objective have a say in; it knows neither in particular."""

from __future__ import annotations

from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts
from desktop.engine.objectives import OBJECTIVES


def default_learning_rate(job: JobSpec, facts: ModelFacts | None) -> float:
    """Return the learning rate a job without one takes: the method's own, as much of it as the objective bears."""
    usual = METHODS.get(job.method.id).default_learning_rate(facts)
    return usual * OBJECTIVES.get(job.objective.id).learning_rate_scale
