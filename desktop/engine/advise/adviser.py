"""From data, model, machine and goal to a ranked list of methods, each with its reasons; it knows no screen.

The same question gets the same answer: nothing is measured here and nothing is random.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.engine.advise.base import Advice, Situation
from desktop.engine.job import JobSpec


def advise(jobs: Mapping[str, JobSpec], situation: Situation) -> list[Advice]:
    """Return every method, best first; what does not fit and what is refused come last, with the reason.

    Args:
        jobs: method id -> the job it would be.
        situation: what the advice rests on.
    """
    raise NotImplementedError


def jobs_of(job: JobSpec) -> dict[str, JobSpec]:
    """Return ``job`` with each method in turn, its options at their defaults but for the job's own method."""
    raise NotImplementedError
