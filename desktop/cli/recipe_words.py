"""Recipes in the words of a terminal: what was asked for on the command line, and how one stands; it starts nothing."""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import Any

from desktop.cli.job_words import put_setting
from desktop.engine.data.source import DataSource
from desktop.engine.errors import RequestError
from desktop.engine.recipe import RecipeSpec
from desktop.flow.recipes import RecipeView, recipe_preset


def add_recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the recipe and what fills its form."""
    parser.add_argument("recipe", metavar="PRESET|FILE", help="one that came with the program, or a recipe file")
    parser.add_argument("--name", help="name of the recipe and its folder")
    parser.add_argument("--model", help="what it starts from: starter, a model folder, run:NAME, or a hub id")
    parser.add_argument(
        "--data", action="append", default=[], metavar="INPUT=FILE",
        help="a data set, such as pairs=FILE; an input named several times takes several",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="STAGE.SETTING=VALUE",
        help="any setting of a stage, such as sft.training.max_steps=40; may be given several times",
    )  # fmt: skip


def recipe_of(args: argparse.Namespace) -> RecipeSpec:
    """Return the recipe that the words ask for; raise :class:`RequestError` where they ask for none there is."""
    spec = _named(args.recipe)
    data: dict[str, list[DataSource]] = {}
    for words in args.data:
        id, equals, path = words.partition("=")
        if not equals or not path:
            known = ", ".join(one.id for one in spec.inputs if one.kind != "model")
            raise RequestError("bad_data", f"{words!r} names no input.", f"Write INPUT=FILE; there are: {known}.")
        whole = path if path.startswith("hub:") else str(Path(path).expanduser().resolve())
        data.setdefault(id, []).append(DataSource(path=whole))
    spec = spec.filled(name=args.name, models=_models(spec, args.model), data=data)
    for words in args.set:
        stage, dot, setting = words.partition(".")
        if not dot:
            raise RequestError("bad_setting", f"{words!r} is no setting.", "Write --set sft.training.epochs=1.")
        job: dict[str, Any] = copy.deepcopy(spec.stage(stage).job)
        put_setting(job, setting)
        spec = spec.with_job(stage, job)
    return spec


def standing_lines(view: RecipeView) -> str:
    """Return how a recipe stands, a line a stage."""
    lines = [f"{view.name}: {view.title}", f"{view.sentence} {view.hint}".rstrip(), ""]
    for row in view.stages:
        about = ", ".join(part for part in (row.steps, row.measured) if part)
        lines.append(f"  {row.number}. {row.title}: {row.word}{f' ({about})' if about else ''}")
        if row.run:
            lines.append(f"     run {row.run}")
        if row.status in ("failed", "stopped") and row.sentence:
            lines.append(f"     {row.sentence} {row.hint}".rstrip())
    if view.model:
        lines += ["", f"Talk to the model: fettle chat {view.model.partition(':')[2]}"]
    return "\n".join(lines)


def facts(view: RecipeView) -> dict[str, Any]:
    """Return how a recipe stands in the form programs read."""
    return {
        "recipe": view.name,
        "folder": str(view.path),
        "title": view.title,
        "status": view.status,
        "sentence": view.sentence,
        "hint": view.hint,
        "model": view.model,
        "stages": [
            {
                "id": row.id,
                "title": row.title,
                "status": row.status,
                "sentence": row.sentence,
                "run": row.run,
                "step": row.step,
                "total": row.total,
                "measure": row.change.measure.key if row.change else "",
                "before": row.change.before if row.change else None,
                "after": row.change.now if row.change else None,
            }
            for row in view.stages
        ],
    }


def _named(words: str) -> RecipeSpec:
    file = Path(words).expanduser()
    if file.suffix in (".yaml", ".yml") or file.is_file():
        return RecipeSpec.read(file)
    return recipe_preset(words)


def _models(spec: RecipeSpec, said: str | None) -> dict[str, str]:
    """Return the model for every input that is one; a folder's name is made a path the driver finds, too."""
    if said is None:
        return {}
    inputs = [one.id for one in spec.inputs if one.kind == "model"]
    if not inputs:
        raise RequestError("no_input", f"{spec.title} asks for no model.", "Leave --model out.")
    beside = Path(said).expanduser()
    model = str(beside.resolve()) if beside.is_dir() else said
    return dict.fromkeys(inputs, model)
