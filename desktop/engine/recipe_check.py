"""Everything that can be refused of a recipe before its first stage is started; it knows no screen and loads no model.

Models that are still to be made are stood in for by the model their chain begins with: they have its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from desktop.engine.check import problems
from desktop.engine.errors import Problem, RequestError
from desktop.engine.hardware import Hardware, hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.recipe import Input, RecipeSpec, Stage, model_options, stage_of
from desktop.engine.suits import rows_refusal


def recipe_problems(spec: RecipeSpec, machine: Hardware | None = None) -> list[Problem]:
    """Return everything wrong or noteworthy about a recipe; it may start when no ``error`` is among them.

    Fields are ``inputs.ID`` for what the form asks for, and ``stages.ID.`` with the field of the job for the rest.
    """
    machine = machine or hardware()
    found = [problem for one in spec.inputs for problem in _input(spec, one)]
    for stage in spec.stages:
        found += _stage(spec, stage, machine)
    return list(dict.fromkeys(found))  # an input that fills two stages is wrong once


def refuse_recipe(spec: RecipeSpec, machine: Hardware | None = None) -> None:
    """Raise :class:`RequestError` with everything that stands against ``spec``, if anything does."""
    found = [problem for problem in recipe_problems(spec, machine) if problem.severity == "error"]
    if found:
        raise RequestError.from_problems(found)


def _input(spec: RecipeSpec, one: Input) -> list[Problem]:
    field = f"inputs.{one.id}"
    if not (one.model if one.kind == "model" else one.data):
        what = "model" if one.kind == "model" else "data"
        return [Problem(field, f"no {what} is chosen.", f"Choose {one.title}.")]
    if one.kind == "model":
        return []
    found = []
    for id in one.fills:
        try:
            objective = OBJECTIVES.get(spec.stage(id).objective.id)
        except RequestError:
            continue  # told by the stage
        if refusal := rows_refusal(objective, one.kind):
            found.append(Problem(field, refusal, f"Let it fill another stage than {id}."))
    return found


def _stage(spec: RecipeSpec, stage: Stage, machine: Hardware) -> list[Problem]:
    prefix = f"stages.{stage.id}."
    try:
        job = spec.job_of(stage.id, {one.id: _start(spec, one) for one in spec.stages})
    except RequestError as error:
        return [Problem(prefix.rstrip("."), error.message, error.hint)]
    judged_here = set(stage.named_models())
    empty = {one.id for one in spec.inputs if one.kind != "model" and not one.data and stage.id in one.fills}
    found = _chain(spec, stage, job)
    for problem in problems(job, machine):
        if _speaks_of(problem.field, judged_here - {"model"}) or (problem.field == "data" and empty):
            continue  # a stand-in is no reward model yet; and that nothing is chosen is told by the input
        found.append(replace(problem, field=_place(spec, stage, problem.field)))
    return found


def _start(spec: RecipeSpec, stage: Stage) -> str:
    """Return the model that the chain of ``stage`` begins with."""
    model = stage.named_models().get("model")
    if model is not None:
        return _start(spec, spec.stage(stage_of(model)))
    own = stage.job.get("model")
    if own:
        return str(own)
    return next((one.model for one in spec.inputs if one.kind == "model" and stage.id in one.fills), "starter")


def _chain(spec: RecipeSpec, stage: Stage, job: JobSpec) -> list[Problem]:
    """Return what can be told of the models it starts from without their being there."""
    found = []
    holds = model_options(stage.objective.id)
    for field, named in stage.named_models().items():
        before = spec.stage(stage_of(named))
        if field == "model":
            found += _continues(stage, before, job)
        else:
            found += _rates(stage, before, field, holds[field.removeprefix("objective.")])
    return found


def _continues(stage: Stage, before: Stage, job: JobSpec) -> list[Problem]:
    field = f"stages.{stage.id}.model"
    try:
        earlier = JobSpec.from_mapping(
            {key: before.job[key] for key in ("method", "quantization") if key in before.job}
        )
        method = METHODS.get(earlier.method.id)
        options = method.options.model_validate(earlier.method.options)
        ends_in_head = OBJECTIVES.get(before.objective.id).ends_in_head
        needs_words = not OBJECTIVES.get(stage.objective.id).ends_in_head
    except (RequestError, ValidationError):
        return []  # told by the stage that is wrong
    found = []
    if ends_in_head and needs_words:
        found.append(
            Problem(
                field,
                f"{before.title} makes a model that gives no words, and {stage.title} needs words.",
                "Let it start from another stage.",
            )
        )
    if not method.is_adapter:
        return found
    reason = method.merge_refusal(Setting(before.objective.id, earlier.quantization), options)
    if reason is None and job.quantization != "none":
        reason = "an adapter cannot be folded into a quantised base. Set the quantisation of this stage to none."
    if reason is not None:
        what, _, cure = reason.partition(". ")
        found.append(
            Problem(field, f"{stage.title} starts from the model of {before.title}: {what.rstrip('.')}.", cure)
        )
    return found


def _rates(stage: Stage, before: Stage, field: str, holds: str) -> list[Problem]:
    """Tell where the model of ``before`` is not what an option asks for: ``model:reward`` is one that gives rewards."""
    _, _, kind = holds.partition(":")
    if not kind or before.objective.id == kind:
        return []
    return [
        Problem(
            f"stages.{stage.id}.{field}",
            f"{stage.title} needs a {kind} model there, and {before.title} makes none.",
            f"Name a stage whose objective is {kind}.",
        )
    ]


def _speaks_of(field: str, names: set[str]) -> bool:
    """Tell whether a problem is about one of the options ``names``, however deep it says where."""
    return not names.isdisjoint(f"objective.{part}" for part in field.split(".")[1:])


def _place(spec: RecipeSpec, stage: Stage, field: str) -> str:
    """Return the input a field of a stage's job was filled from, else the field within its stage."""
    if field.split(".")[0] == "model" and "model" not in stage.job:
        filled = next((one.id for one in spec.inputs if one.kind == "model" and stage.id in one.fills), "")
        if filled:
            return f"inputs.{filled}"
    if field.startswith("data."):
        place = int(field.split(".")[1]) - len(stage.job.get("data", ()))
        sizes: Sequence[tuple[str, int]] = [
            (one.id, len(one.data)) for one in spec.inputs if one.kind != "model" and stage.id in one.fills
        ]
        for id, size in sizes:
            if 0 <= place < size:
                return f"inputs.{id}"
            place -= size
    return f"stages.{stage.id}.{field}".rstrip(".")
