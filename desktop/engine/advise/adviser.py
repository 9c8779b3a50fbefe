"""From data, model, machine and goal to a ranked list of methods, each with its reasons; it knows no screen.

The same question gets the same answer: nothing is measured here and nothing is random.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from desktop.engine.advise.base import Advice, Situation, goal
from desktop.engine.advise.duration import START_SECONDS, step_seconds
from desktop.engine.advise.reasons import line_of, reasons_of
from desktop.engine.advise.score import score_of
from desktop.engine.check import method_problems, setting_of
from desktop.engine.check import options_of as checked_options
from desktop.engine.defaults import default_learning_rate
from desktop.engine.errors import RequestError
from desktop.engine.job import Choice, JobSpec
from desktop.engine.memory.estimate import estimate
from desktop.engine.memory.job_shape import options_of
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES

_PACKED = ("nf4", "fp4")


def advise(jobs: Mapping[str, JobSpec], situation: Situation) -> list[Advice]:
    """Return every method, best first; what does not fit and what is refused come last, with the reason.

    Args:
        jobs: method id -> the job it would be.
        situation: what the advice rests on.
    """
    if not jobs:
        return []
    asked = situation
    if not situation.goal:
        asked = dataclasses.replace(situation, goal=goal_of(next(iter(jobs.values())), situation.sets))
    goal(asked.goal)
    found = [_advice(job, asked) for job in jobs.values()]
    found = [dataclasses.replace(one, score=score_of(one, found, asked)) for one in found]
    found.sort(key=lambda one: (not one.usable, not one.fits, -one.score, METHODS.get(one.id).order, one.id))
    ranked = [one.id for one in found if one.usable and one.fits]
    found = [dataclasses.replace(one, place=ranked.index(one.id) + 1 if one.id in ranked else 0) for one in found]
    return [
        dataclasses.replace(one, line=line_of(one, found, asked), reasons=reasons_of(one, found, asked))
        for one in found
    ]


def goal_of(job: JobSpec, sets: int = 1) -> str:
    """Return the goal that a job itself suggests, for whoever has not said one."""
    if job.tokenizer.action == "train":
        return "language"
    rows = OBJECTIVES.get(job.objective.id).rows
    if "label" in rows:
        return "classification"
    if "text" in rows:
        return "domain"
    return "tasks" if sets > 1 else "style"


def jobs_of(job: JobSpec) -> dict[str, JobSpec]:
    """Return ``job`` with each method in turn; its options and its quantisation go with its own method only.

    A 4-bit base that was asked for stays under every method but one that cannot do with it; the reason is then given.
    """
    found = {}
    for method in METHODS.all():
        if method.id == job.method.id:
            found[method.id] = job
            continue
        plain = job.method.id == "qlora" and job.quantization in _PACKED
        stored = "none" if plain else job.quantization
        if method.id == "qlora" and stored not in _PACKED:
            stored = "nf4"
        found[method.id] = job.model_copy(update={"method": Choice(id=method.id), "quantization": stored})
    return found


def _advice(job: JobSpec, situation: Situation) -> Advice:
    method, facts = METHODS.get(job.method.id), situation.facts
    job = _with_objective_that_holds(job)
    refusal = cure = ""
    try:
        _, options = options_of(job)
        against = next((p for p in method_problems(job, method, options, facts) if p.severity == "error"), None)
        if against is not None:
            refusal, cure = against.message, against.fix
    except RequestError as error:
        options = method.options()
        job = job.model_copy(update={"method": Choice(id=method.id)})
        refusal, cure = error.message, error.hint
    trainable = method.trainable(facts, options)
    stored = trainable * 4 if method.is_adapter else facts.parameters * facts.bytes_per_weight
    machine = situation.machine
    unmergeable = method.merge_refusal(setting_of(job, facts), options) or ""
    return Advice(
        id=method.id,
        title=method.title,
        family=method.family,
        line=method.summary,
        place=0,
        score=0.0,
        trainable=trainable,
        total=facts.parameters,
        estimate=estimate(job, facts, machine, situation.longest_row) if machine else None,
        seconds=_seconds(job, trainable, method.virtual_tokens(options), situation),
        refusal=refusal,
        cure=cure,
        reasons=(),
        adapter=method.is_adapter,
        file_mib=stored / 2**20,
        mergeable=method.mergeable and not unmergeable,
        learning_rate=job.training.learning_rate or default_learning_rate(job, facts),
        job=job,
        unmergeable=unmergeable,
    )


def _with_objective_that_holds(job: JobSpec) -> JobSpec:
    """Return ``job`` with its objective's defaults where its options do not hold together: that is told elsewhere."""
    try:
        checked_options(OBJECTIVES.get(job.objective.id), job.objective)
    except RequestError:
        return job.model_copy(update={"objective": Choice(id=job.objective.id)})
    return job


def _seconds(job: JobSpec, trainable: int, virtual: int, situation: Situation) -> float | None:
    if situation.machine is None or not situation.rows:
        return None
    training = job.training
    rows = max(1, round(situation.rows * (1 - training.validation_share)))
    rows_a_step = min(rows, training.batch_size * training.accumulation)
    steps = training.max_steps or math.ceil(math.ceil(rows / rows_a_step) * training.epochs)
    mean = min(situation.mean_row or training.max_length / 2, training.max_length) + virtual
    one = step_seconds(
        job, situation.facts, trainable, situation.machine, rows_a_step * mean, situation.tokens_per_second
    )
    return START_SECONDS + steps * one
