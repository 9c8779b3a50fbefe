"""``fettle methods``: what can be trained, read from the registry; it knows no method in particular."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.method_words import HEAD, cells, explained, facts_of_method
from desktop.cli.output import Output
from desktop.engine.methods import METHODS
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve


class Methods(Command):
    """Lists the methods, or explains one."""

    id = "methods"
    title = "Methods"
    summary = "List the fine-tuning methods, or explain one."
    order = 60

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the id of one method, and the model it is asked about."""
        parser.add_argument("id", nargs="?", help="explain this one")
        parser.add_argument("--model", help="say what goes together on this model, not in general")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print what the registry knows."""
        facts = facts_of(resolve(args.model).folder) if args.model else None
        if args.id:
            method = METHODS.get(args.id)
            out.result(facts_of_method(method, facts), explained(method, facts))
        else:
            out.table(HEAD, [cells(method, facts) for method in METHODS.all()])
            out.say("\nBASE: bits a weight may have in the frozen base. MERGES: whether the result folds into it.")
            out.result([facts_of_method(method, facts) for method in METHODS.all()])
        return 0
