"""``fettle objectives``: what a model can learn from, read from the registry; it knows no objective in particular."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.catalogue import show_all, show_one
from desktop.cli.output import Output
from desktop.engine.objectives import OBJECTIVES


class Objectives(Command):
    """Lists the objectives, or explains one."""

    id = "objectives"
    title = "Objectives"
    summary = "List what a model can learn from, or explain one."
    order = 61

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the id of one objective."""
        parser.add_argument("id", nargs="?", help="explain this one")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print what the registry knows."""
        if args.id:
            show_one(OBJECTIVES.get(args.id), out)
        else:
            show_all(OBJECTIVES.all(), out, ("row", "rows", "kinds", "use_when", "avoid_when"))
        return 0
