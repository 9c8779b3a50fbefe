"""``fettle inspect``: what data files hold, how they are understood, and which rows are bad; it needs no model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.bar import bar
from desktop.cli.base import Command
from desktop.cli.data_words import report_words, source_of
from desktop.cli.output import Output
from desktop.engine.data.dataset import Imported, Survey, survey
from desktop.engine.data.inspection import inspected
from desktop.engine.data.library.importing import Reading
from desktop.engine.data.report import save_report
from desktop.engine.data.rows import KINDS
from desktop.engine.errors import RequestError
from desktop.engine.job_rows import set_problem
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective


class Inspect(Command):
    """Looks at data."""

    id = "inspect"
    title = "Inspect"
    summary = "Say what data files hold, how their columns are understood, and which rows are bad."
    order = 40

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the files and, where they are not recognised, how their columns map."""
        add = parser.add_argument
        add("file", nargs="+", help="the files of one set, or a folder")
        add("--format", default="auto", help="read it as jsonl, json, csv, ... instead of guessing")
        add("--encoding", default="auto", help="of text files, such as cp1252, instead of guessing")
        add("--kind", choices=KINDS, action="append", default=[], help="take it for this kind of rows")
        add(
            "--objective", metavar="OBJECTIVE", help="say whether this objective can learn from these rows: sft, dpo..."
        )
        add("--map", action="append", default=[], metavar="ROLE=COLUMN", help="such as instruction=q or text=a.b[0].c")
        add("--constant", action="append", default=[], metavar="ROLE=TEXT", help="the same text in every row")
        add("--join", action="append", default=[], metavar="ROLE=COLUMN,COLUMN", help="several columns as one text")
        add("--role", action="append", default=[], metavar="NAME=ROLE", help="who a speaker is: Kunde=user")
        add("--label", action="append", default=[], metavar="VALUE=LABEL", help="what a label is to be called: 0=bad")
        add("--check", action="append", default=[], metavar="CHECK=POLICY", help="such as duplicate=skip, markup=fix")
        add("--report", metavar="FILE", help="write what was found to a .md, .json or .csv file")
        add("--model", help="count tokens with this model's tokenizer and template")
        add("--max-length", type=int, default=256, help="longest row the tokens are measured against")

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Read it all and report."""
        source = source_of(args)
        objective = OBJECTIVES.get(args.objective) if args.objective else None
        kinds = tuple(args.kind) or (objective.rows if objective else ())
        looked = survey(source, kinds)
        if objective is not None:
            _refuse_wrong_rows(objective, looked, args.model)
        with bar(out) as draw:

            def told(reading: Reading) -> None:
                draw("Reading", reading.bytes, reading.total, f"{reading.rows:,} rows, {reading.rate:,.0f} a second")

            report, imported = inspected(looked, kinds, told)
        if imported is None:
            raise _unmapped(looked.problem)
        if args.report:
            self._save(report, imported, Path(args.report))
        if args.model:
            report["tokens"] = _tokens(imported, args.model, args.max_length)
        out.result(report, report_words(", ".join(args.file), report, imported.rows[:3]))
        return 0

    def _save(self, report: dict[str, Any], imported: Imported, path: Path) -> None:
        ending = path.suffix.lower().lstrip(".")
        if ending not in ("md", "json", "csv"):
            raise RequestError("bad_report", f"A report cannot be written as {path.name}.", "Use .md, .json or .csv.")
        save_report(report, imported.view.findings(), path, ending)


def _refuse_wrong_rows(objective: Objective, looked: Survey, model: str | None) -> None:
    """Raise :class:`RequestError` where ``objective`` learns from other rows, in the words a job is refused with."""
    problem = set_problem(objective, looked, facts_of(resolve(model).folder).kind if model else "")
    if problem is not None:
        raise RequestError("wrong_rows", problem.message, problem.fix)


def _unmapped(problem: RequestError | None) -> RequestError:
    error = problem or RequestError("needs_mapping", "The columns could not be understood.")
    if error.code == "needs_mapping":  # here the cure is a word away, not in a job file
        error.hint = f"Say what they hold: --map instruction=COLUMN --map response=COLUMN. {error.hint}"
    return error


def _tokens(imported: Imported, model: str, max_length: int) -> dict[str, Any]:
    from desktop.engine.data.rendering.token_lengths import measured
    from desktop.engine.models.load import load_tokenizer

    return measured(imported.rows, imported.kind, load_tokenizer(resolve(model)), max_length)
