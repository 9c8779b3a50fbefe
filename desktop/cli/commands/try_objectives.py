"""``fettle try_objectives``: trains each objective on the starter models and prints the outcome; it decides nothing."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.engine.errors import UserError
from desktop.flow.objective_table import ObjectiveRow, make_table, stored_table, table_file

_HEAD = ("ROW", "OBJECTIVE", "HELD-OUT FIGURE", "BEFORE", "AFTER", "BETTER", "IMPROVED", "SECONDS", "MODEL")


class TryObjectives(Command):
    """Tries every objective."""

    id = "try_objectives"
    title = "Try objectives"
    summary = "Train each objective on the starter models and the sample data, and print what it improved."
    order = 66

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take which objectives."""
        parser.add_argument("ids", nargs="*", metavar="ID", help="objectives to try; all where none is named")
        parser.add_argument("--stored", action="store_true", help="print the table made before, and try nothing")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Try, print, and keep the table in the workspace."""
        if not args.stored:
            for row in make_table(args.ids, lambda title, place, of: out.say(f"{place} of {of}: {title}.")):
                out.say(f"  {_line(row)}")
        table = stored_table()
        if table is None:
            raise UserError("no_table", "No table was made in this workspace yet.", "Make one: fettle try_objectives")
        ran = [row for row in table.rows if not row.refusal]
        out.say()
        out.table(_HEAD, [_cells(row) for row in ran])
        if refused := [row for row in table.rows if row.refusal]:
            out.say()
            out.table(("NOT TRIED", "WHY"), [(row.title, row.refusal) for row in refused])
        out.result(
            table.as_dict(),
            f"\n{table.improved} of {len(table.rows)} objectives improved their figure, in {_time(table.seconds)} "
            f"altogether. Measured on {table.machine}; kept in {table_file()}.",
        )
        return 0


def _line(row: ObjectiveRow) -> str:
    if row.refusal:
        return row.refusal
    return (
        f"{row.measure_title}: {_figure(row, row.before)} before, {_figure(row, row.after)} after, {row.seconds:.0f} s."
    )


def _cells(row: ObjectiveRow) -> tuple[str, ...]:
    return (
        row.row or "-",
        row.objective,
        row.measure_title,
        _figure(row, row.before),
        _figure(row, row.after),
        row.better,
        "yes" if row.improved else "no",
        f"{row.seconds:.0f}",
        row.model,
    )


def _figure(row: ObjectiveRow, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.0f} %" if row.share else f"{value:.3f}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
