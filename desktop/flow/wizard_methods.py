"""The methods for this model, these rows and this machine, as the adviser ranks them; it knows no screen."""

from __future__ import annotations

from desktop.engine.advise.adviser import advise
from desktop.engine.advise.base import Advice, Reason, Situation
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods.base import ModelFacts

__all__ = ["Offer", "Reason", "offers"]

Offer = Advice


def offers(
    jobs: dict[str, JobSpec],
    facts: ModelFacts,
    machine: Hardware | None,
    rows: int,
    longest_row: int | None = None,
    *,
    mean_row: float | None = None,
    goal: str = "",
) -> list[Offer]:
    """Return every method, best first.

    Args:
        jobs: method id -> the job it would be.
        facts: of the model.
        machine: this one, ``None`` while not known.
        rows: good rows, 0 while unknown.
        longest_row: tokens of the longest row, where counted.
        mean_row: tokens of a row on average, where counted.
        goal: what for; empty takes the one that data and model suggest.
    """
    if not jobs:
        return []
    sets = sum(1 for source in next(iter(jobs.values())).data if source.use == "train")
    return advise(jobs, Situation(facts, machine, goal, rows, max(1, sets), longest_row, mean_row))
