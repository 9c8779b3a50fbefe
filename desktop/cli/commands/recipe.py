"""``fettle recipe``: runs a chain of jobs, goes on with one, or shows how one stands; each engine works on its own."""

from __future__ import annotations

import argparse
import subprocess

from desktop import paths
from desktop.cli.base import Command
from desktop.cli.following import followed
from desktop.cli.output import Output
from desktop.cli.recipe_words import add_recipe_arguments, facts, recipe_of, standing_lines
from desktop.engine.errors import UserError
from desktop.engine.recipe import Stage
from desktop.engine.recipe_check import recipe_problems, refuse_recipe
from desktop.engine.recipe_driver import drive, launch_driver, take_up
from desktop.engine.recipe_folder import RecipeFolder, recipe_named
from desktop.engine.run_folder import RunFolder
from desktop.flow.recipes import RecipeShelf, RecipeView, refuse_resume


class Recipe(Command):
    """Runs recipes."""

    id = "recipe"
    title = "Recipe"
    summary = "Run a chain of jobs, such as SFT then DPO, each stage starting from the models of earlier ones."
    order = 25

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take what to do and with which recipe."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        run = actions.add_parser("run", help="start a recipe and follow it")
        add_recipe_arguments(run)
        resume = actions.add_parser("resume", help="go on with a recipe: what is done is not done again")
        resume.add_argument("name", metavar="NAME", help="the recipe's folder")
        show = actions.add_parser("show", help="how a recipe stands, stage by stage")
        show.add_argument("name", metavar="NAME", help="the recipe's folder")
        for action in (run, resume):
            action.add_argument("--detach", action="store_true", help="start it, print its name, and leave it at work")
        for action in (run, resume, show):
            action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Start, go on, or show."""
        if args.action == "show":
            view = _view(recipe_named(args.name))
            out.result(facts(view), standing_lines(view))
            return 0
        folder = _begun(args, out) if args.action == "run" else recipe_named(args.name)
        refuse_resume(folder)
        out.about.update({"recipe": folder.name, "folder": str(folder.path)})
        if args.detach:
            driver = launch_driver(folder)
            out.result({"status": "started", "pid": driver.pid}, f"{folder.name} is at work; it goes on without you.")
            return 0
        return _driven(folder, out)


def _begun(args: argparse.Namespace, out: Output) -> RecipeFolder:
    spec = recipe_of(args)
    refuse_recipe(spec)
    for problem in recipe_problems(spec):
        out.say(f"Note: {problem.field + ': ' if problem.field else ''}{problem.message} {problem.fix}".rstrip())
    return RecipeFolder.create(paths.recipes(), spec)


def _driven(folder: RecipeFolder, out: Output) -> int:
    """Drive ``folder`` in this process and return the exit code."""
    stages = folder.spec().stages
    out.say(f"Recipe: {folder.path}")

    def follow(stage: Stage, run: RunFolder, engine: subprocess.Popen[bytes] | None) -> None:
        out.say(f"Stage {stages.index(stage) + 1} of {len(stages)}: {stage.title}. Run: {run.path}")
        followed(run, engine, out)
        row = _view(folder).stages[stages.index(stage)]
        if row.measured:
            out.say(f"{stage.title}: {row.measured}.")

    take_up(folder)
    try:
        drive(folder, follow)
    except UserError as error:
        out.about.update({"status": "failed"})
        error.hint = f"{error.hint} Go on with: fettle recipe resume {folder.name}".strip()
        raise
    view = _view(folder)
    if view.status == "failed":
        out.about.update(facts(view))
        raise UserError("stage_failed", view.sentence, f"{view.hint} Then: fettle recipe resume {folder.name}".strip())
    out.result(facts(view), standing_lines(view))
    return 0


def _view(folder: RecipeFolder) -> RecipeView:
    return RecipeShelf(folder.path.parent).view(folder)
