"""The one form of a recipe: what there is, what each input asks for and what is wrong; it starts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop import paths
from desktop.engine.data.rows import KIND_TITLES
from desktop.engine.data.source import DataSource
from desktop.engine.errors import Problem, RequestError
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.recipe import Input, RecipeSpec
from desktop.engine.recipe_check import recipe_problems


@dataclass(frozen=True)
class InputRow:
    """One field of the form.

    Attributes:
        id: the input.
        title: over the field.
        help: under it.
        kind: ``model``, or the kind of rows.
        asks: the kind in words: ``preference pairs (a better and a worse answer)``, ``a model``.
        value: the model's name, or the paths of the data, one a line; empty where nothing is chosen.
        goes_to: titles of the stages it goes to.
        problems: what is wrong with it.
    """

    id: str
    title: str
    help: str
    kind: str
    asks: str
    value: str
    goes_to: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class PlannedStage:
    """One stage before it is started.

    Attributes:
        id: the stage.
        title: what people read.
        sentence: what is learned and trained, and from where it starts.
        problems: what is wrong with its job.
    """

    id: str
    title: str
    sentence: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class RecipeForm:
    """Everything a page shows of a recipe that is to be started.

    Attributes:
        inputs: the fields.
        stages: what will be done, in order.
        problems: what belongs to no field and no stage.
        may_start: whether nothing stands against it.
    """

    inputs: tuple[InputRow, ...]
    stages: tuple[PlannedStage, ...]
    problems: tuple[Problem, ...]
    may_start: bool


def recipe_presets() -> list[RecipeSpec]:
    """Return the recipes that came with the program, their sample data chosen."""
    return [_read(file) for file in sorted(_folder().glob("*.yaml"))]


def recipe_preset(name: str) -> RecipeSpec:
    """Return the recipe that came with the program as ``name``; raise :class:`RequestError` where there is none."""
    file = _folder() / f"{name}.yaml"
    if not paths.is_inside(file, _folder()) or not file.is_file():
        known = ", ".join(found.stem for found in sorted(_folder().glob("*.yaml")))
        raise RequestError("unknown_recipe", f"There is no recipe called {name!r}.", f"There are: {known}.")
    return _read(file)


def recipe_form(spec: RecipeSpec) -> RecipeForm:
    """Return the form of ``spec`` as it is filled now."""
    found = recipe_problems(spec)
    return RecipeForm(
        inputs=tuple(_input(spec, one, found) for one in spec.inputs),
        stages=tuple(
            PlannedStage(stage.id, stage.title, _sentence(spec, stage.id), _of(found, f"stages.{stage.id}"))
            for stage in spec.stages
        ),
        problems=tuple(problem for problem in found if problem.field.split(".")[0] not in ("inputs", "stages")),
        may_start=not any(problem.severity == "error" for problem in found),
    )


def filled(spec: RecipeSpec, values: Mapping[str, str], name: str | None = None) -> RecipeSpec:
    """Return ``spec`` with its inputs set from what was written: a model's name, or paths, one a line.

    A path that the input holds already keeps how it is read and mapped. Raises :class:`RequestError` where there is no
    such input.
    """
    models = {id: value.strip() for id, value in values.items() if spec.input(id).kind == "model"}
    data = {id: _sets(spec.input(id), value.splitlines()) for id, value in values.items() if id not in models}
    return spec.filled(name=name, models=models, data=data)


def _sets(one: Input, lines: Sequence[str]) -> list[DataSource]:
    known = {source.path: source for source in one.data}
    return [known.get(line.strip(), DataSource(path=line.strip())) for line in lines if line.strip()]


def _input(spec: RecipeSpec, one: Input, found: Sequence[Problem]) -> InputRow:
    return InputRow(
        id=one.id,
        title=one.title,
        help=one.help,
        kind=one.kind,
        asks="a model" if one.kind == "model" else KIND_TITLES.get(one.kind, one.kind),
        value=one.model if one.kind == "model" else "\n".join(source.path for source in one.data),
        goes_to=tuple(stage.title for stage in spec.stages if stage.id in one.fills),
        problems=_of(found, f"inputs.{one.id}"),
    )


def _of(found: Sequence[Problem], field: str) -> tuple[Problem, ...]:
    return tuple(problem for problem in found if f"{problem.field}.".startswith(f"{field}."))


def _sentence(spec: RecipeSpec, id: str) -> str:
    stage = spec.stage(id)
    method = stage.job.get("method", "lora")
    words = f"{_title(OBJECTIVES, stage.objective.id)}, {_title(METHODS, _id(method))}"
    start = stage.named_models().get("model")
    if start is not None:
        words += f"; starts from {spec.stage(start.partition(':')[2]).title}"
    others = [named for field, named in stage.named_models().items() if field != "model"]
    if others:
        words += f"; uses {' and '.join(spec.stage(named.partition(':')[2]).title for named in others)}"
    return words + "."


def _id(choice: object) -> str:
    return str(choice.get("id", "")) if isinstance(choice, Mapping) else str(choice)


def _title(registry: object, id: str) -> str:
    try:
        return str(registry.get(id).title)  # type: ignore[attr-defined]
    except RequestError:
        return id


def _folder() -> Path:
    return paths.resources() / "presets" / "recipes"


def _read(file: Path) -> RecipeSpec:
    return RecipeSpec.from_yaml(file.read_text(encoding="utf-8")).anchored(paths.resources())
