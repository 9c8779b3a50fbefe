"""``fettle inspect``: what a data file is taken for, how its columns map, and which rows are bad; it needs no model."""

from __future__ import annotations

import argparse

from desktop.cli.base import Command
from desktop.cli.output import Output
from desktop.engine.data.dataset import Imported, open_source
from desktop.engine.data.rows import KIND_TITLES, KINDS, Row
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource

SHOWN_ROWS = 3
SHOWN_BAD = 20
WIDTH = 110


class Inspect(Command):
    """Looks at data."""

    id = "inspect"
    title = "Inspect"
    summary = "Say what a data file holds, how its columns are understood, and which rows are bad."
    order = 40

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the file and, where it is not recognised, how its columns map."""
        parser.add_argument("file", help="the file or folder")
        parser.add_argument("--format", default="auto", help="read it as jsonl, json, csv, ... instead of guessing")
        parser.add_argument("--kind", choices=KINDS, action="append", default=[], help="take it for this kind of rows")
        parser.add_argument(
            "--map", action="append", default=[], metavar="ROLE=COLUMN", help="such as instruction=q; several allowed"
        )

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Read it all and report."""
        source = DataSource(path=args.file, format=args.format, mapping=dict(_pair(words) for words in args.map))
        try:
            found = open_source(source, tuple(args.kind))
        except RequestError as error:
            if error.code == "needs_mapping":  # here the cure is a word away, not in a job file
                error.hint = f"Say what they hold: --map instruction=COLUMN --map response=COLUMN. {error.hint}"
            raise
        out.result(
            {
                "format": found.format,
                "kind": found.kind,
                "recognised": found.recognised,
                "why": found.why,
                "columns": list(found.columns),
                "mapping": found.mapping,
                "rows": len(found.rows),
                "total": found.total,
                "bad": [bad.as_dict() for bad in found.bad],
            },
            _text(args.file, found),
        )
        return 0


def _pair(words: str) -> tuple[str, str]:
    role, equals, column = words.partition("=")
    if not equals or not role or not column:
        raise RequestError("bad_mapping", f"{words!r} maps nothing.", "Write --map instruction=COLUMN.")
    return role, column


def _text(file: str, found: Imported) -> str:
    lines = [
        f"{file}: {len(found.rows):,} rows of {KIND_TITLES[found.kind]} ({found.format}; {found.why}).",
        "Columns: " + ", ".join(f"{column} as {role}" for role, column in found.mapping.items()),
    ]
    if found.bad:
        lines.append(f"{len(found.bad):,} of {found.total:,} rows cannot be used:")
        for bad in found.bad[:SHOWN_BAD]:
            place = f"line {bad.line}" if bad.line else f"row {bad.row}"
            lines.append(f"  {bad.file + ', ' if bad.file else ''}{place}: {bad.reason}")
        if len(found.bad) > SHOWN_BAD:
            lines.append(f"  and {len(found.bad) - SHOWN_BAD:,} more (--json lists them all)")
    else:
        lines.append("Every row can be used.")
    for number, row in enumerate(found.rows[:SHOWN_ROWS], start=1):
        lines += ["", f"Row {number}", *(f"  {line}" for line in _row_lines(row))]
    return "\n".join(lines)


def _row_lines(row: Row) -> list[str]:
    lines = []
    for name, value in row.items():
        turns = value if isinstance(value, list) else [{"role": name, "content": value}]
        lines += [f"{turn['role']}: {_short(str(turn['content']))}" for turn in turns]
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
