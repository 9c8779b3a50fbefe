"""``fettle export``: writes a tuned model to a folder, as an adapter or folded into its base; it trains nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.cli.run_words import model_named
from desktop.engine.models.export import export


class Export(Command):
    """Exports a model."""

    id = "export"
    title = "Export"
    summary = "Write a tuned model to a folder, as an adapter or merged into its base."
    order = 56

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the model and the place."""
        parser.add_argument("model", metavar="RUN", help="a run, or any model a job could name")
        parser.add_argument("folder", type=Path, help="where to; made, and must not hold anything yet")
        parser.add_argument("--merge", action="store_true", help="fold the adapter into its base: one model, no parts")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Write it and say what was written."""
        found = export(model_named(args.model), args.folder, merge=args.merge)
        words = {"adapter": "adapter", "merged": "merged model", "full": "model"}[found.form]
        out.result(
            {"folder": str(found.folder), "form": found.form, "bytes": found.bytes},
            f"The {words} is in {found.folder} ({found.bytes / 2**20:.1f} MiB).",
        )
        return 0
