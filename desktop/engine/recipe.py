"""A recipe: a chain of jobs with one form, each of which may start from the model of an earlier one; it runs none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from desktop.engine.data.source import DataSource
from desktop.engine.errors import RequestError
from desktop.engine.job import Choice, JobSpec, problems_of
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import Options, fields_of

SCHEMA = 1
STAGE_PREFIX = "stage:"

Kind: TypeAlias = Literal["model", "chat", "text", "label", "pair", "preference", "rated", "prompt"]
"""What an input is: a model, or a data set of rows of that kind."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Input(Options):
    """One thing the recipe asks for, once, whichever stages it goes to.

    Attributes:
        id: its name on the command line (``--data pairs=FILE``).
        title: what people read over it.
        help: one sentence under it.
        kind: a model, or the kind of rows.
        model: the model, where it is one; empty means that nothing is chosen yet.
        data: the data sets, where it is data; empty means that nothing is chosen yet.
        fills: ids of the stages it goes to.
    """

    id: str
    title: str
    help: str = ""
    kind: Kind
    model: str = ""
    data: tuple[DataSource, ...] = ()
    fills: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_kind(self) -> Input:
        if (self.kind == "model" and self.data) or (self.kind != "model" and self.model):
            message = f"input {self.id} is {'a model' if self.kind == 'model' else 'data'} and names the other"
            raise ValueError(message)
        return self


class Stage(Options):
    """One job of a recipe.

    Attributes:
        id: its name within the recipe.
        title: what people read.
        job: the settings of a job file; ``model``, and options of the objective that name a model, may say
            ``stage:ID``: the model that an earlier stage made.
    """

    id: str
    title: str
    job: dict[str, Any] = Field(default_factory=dict)

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            message = "an id is small letters, digits and _, beginning with a letter"
            raise ValueError(message)
        return value

    @property
    def objective(self) -> Choice:
        """Return what is learned, with its options."""
        return Choice.parse(self.job.get("objective", "sft"))

    def named_models(self) -> dict[str, str]:
        """Return every ``stage:ID`` it speaks of, by field: ``model``, ``objective.reward_model``."""
        options = self.objective.options
        found = {"model": self.job.get("model", "")}
        found.update({f"objective.{name}": options.get(name) for name in model_options(self.objective.id)})
        return {field: value for field, value in found.items() if is_stage(value)}


class RecipeSpec(Options):
    """A chain of jobs, as its YAML file says it.

    Attributes:
        name: name of the recipe and of its folder.
        title: what people read.
        summary: one sentence: what comes out of it.
        inputs: what is asked for, once.
        stages: the jobs, in the order they are run.
    """

    schema_version: int = SCHEMA
    name: str
    title: str
    summary: str = ""
    inputs: tuple[Input, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=1)

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return JobSpec(name=value).name

    @model_validator(mode="after")
    def _holds_together(self) -> RecipeSpec:
        ids = [stage.id for stage in self.stages]
        _refuse_twice("stage", ids)
        _refuse_twice("input", [one.id for one in self.inputs])
        for place, stage in enumerate(self.stages):
            for field, named in stage.named_models().items():
                if stage_of(named) not in ids[:place]:
                    earlier = ", ".join(ids[:place]) or "none: it is the first"
                    message = f"stage {stage.id}, {field}: {named} is no earlier stage (there are: {earlier})"
                    raise ValueError(message)
            if stray := _stray(stage):
                message = f"stage {stage.id}: {stray} stands where no model is named"
                raise ValueError(message)
        for one in self.inputs:
            if strange := [id for id in one.fills if id not in ids]:
                message = f"input {one.id} fills {', '.join(strange)}, which is no stage (there are: {', '.join(ids)})"
                raise ValueError(message)
        return self

    def stage(self, id: str) -> Stage:
        """Return the stage called ``id``; raise :class:`RequestError` where there is none."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        known = ", ".join(stage.id for stage in self.stages)
        raise RequestError("no_stage", f"{self.title} has no stage called {id!r}.", f"There are: {known}.")

    def input(self, id: str) -> Input:
        """Return the input called ``id``; raise :class:`RequestError` where there is none."""
        for one in self.inputs:
            if one.id == id:
                return one
        known = ", ".join(one.id for one in self.inputs) or "none"
        raise RequestError("no_input", f"{self.title} has no input called {id!r}.", f"There are: {known}.")

    def filled(
        self,
        *,
        name: str | None = None,
        models: Mapping[str, str] | None = None,
        data: Mapping[str, Iterable[DataSource]] | None = None,
    ) -> RecipeSpec:
        """Return the recipe with other inputs, by their ids; raise :class:`RequestError` where there is no such."""
        models, data = dict(models or {}), {id: tuple(sets) for id, sets in (data or {}).items()}
        for id in (*models, *data):
            if (self.input(id).kind == "model") != (id in models):
                is_now = "a model" if id not in models else "data"
                raise RequestError("bad_input", f"The input {id} of {self.title} is {is_now}.", "Name another input.")
        changed = []
        for one in self.inputs:
            values = one.model_dump()
            values.update({"model": models[one.id]} if one.id in models else {})
            values.update({"data": data[one.id]} if one.id in data else {})
            changed.append(values)
        return self._with({"inputs": changed, "name": self.name if name is None else name})

    def with_job(self, id: str, job: Mapping[str, Any]) -> RecipeSpec:
        """Return the recipe with another job for the stage ``id``."""
        self.stage(id)
        stages = [{**stage.model_dump(), **({"job": dict(job)} if stage.id == id else {})} for stage in self.stages]
        return self._with({"stages": stages})

    def job_of(self, id: str, made: Mapping[str, str]) -> JobSpec:
        """Return the whole job of the stage ``id``.

        Args:
            id: the stage.
            made: the model that each earlier stage made, as jobs name it (``run:NAME``).

        Raises:
            RequestError: the job is wrong, or it needs a model that is not among ``made``.
        """
        stage = self.stage(id)
        place = self.stages.index(stage) + 1
        objective = stage.objective
        options = dict(objective.options)
        values = {**stage.job, "name": f"{self.name}-{place}-{stage.id}"}
        values["data"] = [*stage.job.get("data", ())]
        for one in self.inputs:
            if id in one.fills and one.kind == "model":
                values.setdefault("model", one.model)
            elif id in one.fills:
                values["data"] += [source.model_dump(exclude_defaults=True) for source in one.data]
        for field, named in stage.named_models().items():
            model = _made(stage, named, made)
            if field == "model":
                values["model"] = model
            else:
                options[field.removeprefix("objective.")] = model
        values["objective"] = {"id": objective.id, "options": options}
        return JobSpec.from_mapping(values)

    @classmethod
    def from_mapping(cls, values: Any) -> RecipeSpec:
        """Validate ``values``; raise :class:`RequestError` naming every wrong field in words."""
        if not isinstance(values, dict):
            raise RequestError(
                "bad_recipe", "A recipe file holds a list of settings (key: value lines); this does not."
            )
        version = values.get("schema_version", SCHEMA)
        if isinstance(version, int) and version > SCHEMA:
            raise RequestError(
                "newer_recipe",
                "This recipe was written by a newer version of Fettle.",
                "Update Fettle, or remove schema_version.",
            )
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise RequestError.from_problems(problems_of(error)) from error

    @classmethod
    def from_yaml(cls, text: str) -> RecipeSpec:
        """Read a recipe from YAML text; raise :class:`RequestError` where it is no YAML or no recipe."""
        try:
            values = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark else ""
            raise RequestError(
                "bad_yaml", f"The recipe is not valid YAML{where}.", "Check the indentation and quotes there."
            ) from error
        return cls.from_mapping(values)

    @classmethod
    def read(cls, path: Path) -> RecipeSpec:
        """Read a recipe file; relative data and model paths are taken from its folder."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError("no_recipe", f"The recipe {path} cannot be read.", "Check the path.") from error
        return cls.from_yaml(text).anchored(path.resolve().parent)

    def anchored(self, folder: Path) -> RecipeSpec:
        """Return this recipe with paths made absolute from ``folder``."""
        inputs = []
        for one in self.inputs:
            job = JobSpec(model=one.model or "starter", data=one.data).anchored(folder)
            inputs.append(one.model_copy(update={"model": one.model and job.model, "data": job.data}))
        stages = []
        for stage in self.stages:
            job = JobSpec.from_mapping({key: stage.job[key] for key in ("model", "data") if key in stage.job})
            anchored = job.anchored(folder).model_dump(mode="json", exclude_defaults=True)
            stages.append(stage.model_copy(update={"job": {**stage.job, **anchored}}))
        return self.model_copy(update={"inputs": tuple(inputs), "stages": tuple(stages)})

    def to_mapping(self) -> dict[str, Any]:
        """Return the file form: only what differs from a default."""
        head = {"schema_version": self.schema_version, "name": self.name, "title": self.title}
        return {**head, **self.model_dump(mode="json", exclude_defaults=True)}

    def to_yaml(self) -> str:
        """Return the recipe as YAML; ``from_yaml(recipe.to_yaml()) == recipe`` holds."""
        return yaml.safe_dump(self.to_mapping(), sort_keys=False, allow_unicode=True)

    def _with(self, changes: dict[str, Any]) -> RecipeSpec:
        return RecipeSpec.from_mapping({**self.model_dump(), **changes})


def is_stage(value: Any) -> bool:
    """Tell whether ``value`` names the model of a stage."""
    return isinstance(value, str) and value.startswith(STAGE_PREFIX)


def stage_of(value: str) -> str:
    """Return the id of the stage that ``value`` names."""
    return value.removeprefix(STAGE_PREFIX)


def model_options(objective: str) -> dict[str, str]:
    """Return the options of an objective that name a model, with what they hold (``model:reward``); none if unknown."""
    try:
        fields = fields_of(OBJECTIVES.get(objective).options)
    except RequestError:
        return {}
    return {field.name: field.holds for field in fields if field.holds.partition(":")[0] == "model"}


def _made(stage: Stage, named: str, made: Mapping[str, str]) -> str:
    if stage_of(named) not in made:
        raise RequestError(
            "stage_waits",
            f"{stage.title} starts from the model of the stage {stage_of(named)}, which has made none yet.",
            "Run the earlier stages first.",
        )
    return made[stage_of(named)]


def _refuse_twice(what: str, ids: list[str]) -> None:
    for id in ids:
        if ids.count(id) > 1:
            message = f"there are two {what}s called {id}"
            raise ValueError(message)


def _stray(stage: Stage) -> str:
    """Return a ``stage:ID`` in a place that is no model, where it would only fail once the stage starts."""
    known = list(stage.named_models().values())
    for value in _words(stage.job):
        if is_stage(value) and value not in known:
            return value
        if value in known:
            known.remove(value)
    return ""


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
