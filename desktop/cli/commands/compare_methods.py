"""``fettle compare_methods``: tries each method on the starter and prints what came of it; it decides nothing."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.engine.errors import RequestError, UserError
from desktop.engine.memory.sizes import count, share
from desktop.flow.method_table import STEPS, MethodRow, make_table, stored_table, table_file

_HEAD = ("METHOD", "TRAINED", "SHARE", "MiB PREDICTED", "MEASURED", "SECONDS", "RATE", "LOSS BEFORE", "AFTER", "MODEL")


class CompareMethods(Command):
    """Tries every method."""

    id = "compare_methods"
    title = "Compare methods"
    summary = "Try each method on the starter model for a few seconds, and print the results side by side."
    order = 65

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take which methods, and for how long."""
        parser.add_argument("ids", nargs="*", metavar="ID", help="methods to try; all where none is named")
        parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help=f"steps of a trial (default {STEPS})")
        parser.add_argument("--stored", action="store_true", help="print the table made before, and try nothing")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Try, print, and keep the table in the workspace."""
        if args.steps < 1:
            raise RequestError("bad_steps", "A trial needs at least one step.", f"Leave --steps out for {STEPS}.")
        if not args.stored:
            for row in make_table(args.ids, args.steps, lambda title, place, of: out.say(f"{place} of {of}: {title}.")):
                out.say(f"  {_line(row)}")
        table = stored_table()
        if table is None:
            raise UserError("no_table", "No table was made in this workspace yet.", "Make one: fettle compare_methods")
        ran = [row for row in table.rows if row.loss_after is not None]
        out.say()
        out.table(_HEAD, [_cells(row) for row in ran])
        refused = [row for row in table.rows if row.loss_after is None]
        if refused:
            out.say()
            out.table(("NOT TRIED", "WHY"), [(row.title, row.refusal) for row in refused])
        fell = sum(row.learned for row in ran)
        out.result(
            table.as_dict(),
            f"\nThe held-out loss fell for {fell} of {len(ran)} methods. Measured on {table.machine}; "
            f"kept in {table_file()}.",
        )
        return 0


def _line(row: MethodRow) -> str:
    if row.loss_before is None or row.loss_after is None:
        return row.refusal
    return f"Held-out loss {row.loss_before:.3f} before, {row.loss_after:.3f} after, in {row.seconds:.0f} s."


def _cells(row: MethodRow) -> tuple[str, ...]:
    return (
        row.title,
        count(row.trainable),
        share(row.trainable, row.total),
        f"{row.predicted_mib:,.0f}",
        f"{row.measured_mib:,.0f}",
        f"{row.seconds:.1f}",
        f"{row.learning_rate:.1e}",
        f"{row.loss_before:.3f}",
        f"{row.loss_after:.3f}",
        row.model,
    )
