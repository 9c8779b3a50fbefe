"""``fettle methods``: what can be trained, read from the registry; it knows no method in particular."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.catalogue import show_all, show_one
from desktop.cli.output import Output
from desktop.engine.methods import METHODS


class Methods(Command):
    """Lists the methods, or explains one."""

    id = "methods"
    title = "Methods"
    summary = "List the fine-tuning methods, or explain one."
    order = 60

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the id of one method."""
        parser.add_argument("id", nargs="?", help="explain this one")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print what the registry knows."""
        if args.id:
            show_one(METHODS.get(args.id), out)
        else:
            show_all(METHODS.all(), out, ("family", "use_when", "avoid_when"))
        return 0
