"""``fettle rank``: how much of its rank a run's update uses, layer by layer; it loads no model."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.output import Output


class Rank(Command):
    """Measures the learned update of a run."""

    id = "rank"
    title = "Rank"
    summary = "Say how much of its rank a LoRA-like run uses, and what rank would have been enough."
    order = 57

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the run."""
        parser.add_argument("run", help="name of a run, or run:NAME, or the folder of an adapter")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Print one line a layer and what follows from them."""
        from desktop.engine.models.rank_report import rank_report

        report = rank_report(args.run)
        out.table(
            ("LAYER", "RANK", "EFFECTIVE", "90 %", "99 %", "LARGEST"),
            [
                (
                    layer["name"],
                    str(layer["rank"]),
                    f"{layer['effective']:.1f}",
                    str(layer["rank90"]),
                    str(layer["rank99"]),
                    f"{max(layer['values'], default=0.0):.3g}",
                )
                for layer in report["layers"]
            ],
        )
        out.result(report, report["sentence"])
        return 0
