"""``fettle recipes``: the recipes that came with the program and those that were started; it changes none."""

from __future__ import annotations

import argparse
from typing import Any

from desktop import paths
from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.cli.recipe_words import facts
from desktop.engine.recipe import RecipeSpec
from desktop.flow.recipes import RecipeShelf, recipe_presets


class Recipes(Command):
    """Lists recipes."""

    id = "recipes"
    title = "Recipes"
    summary = "List the recipes (chains of jobs) you can start, and how those you started stand."
    order = 26

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Read the files and print one line each."""
        presets, started = recipe_presets(), RecipeShelf(paths.recipes()).look()
        out.table(("RECIPE", "STAGES", "WHAT COMES OF IT"), [_row(spec) for spec in presets])
        out.say()
        if started:
            rows = [(view.name, view.word, view.sentence) for view in started]
            out.table(("STARTED", "STATUS", "HOW IT STANDS"), rows)
        else:
            out.say("None was started yet. `fettle recipe run sft_then_dpo` runs one on sample data.")
        out.result({"presets": [_facts(spec) for spec in presets], "started": [facts(view) for view in started]})
        return 0


def _row(spec: RecipeSpec) -> tuple[str, ...]:
    return (spec.name, " > ".join(stage.id for stage in spec.stages), spec.summary)


def _facts(spec: RecipeSpec) -> dict[str, Any]:
    return {
        "recipe": spec.name,
        "title": spec.title,
        "summary": spec.summary,
        "inputs": [{"id": one.id, "title": one.title, "kind": one.kind, "fills": one.fills} for one in spec.inputs],
        "stages": [
            {"id": stage.id, "title": stage.title, "objective": stage.objective.id, "starts_from": stage.named_models()}
            for stage in spec.stages
        ],
    }
