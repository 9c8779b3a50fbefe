"""Data sets on the command line: options become a source, a report becomes text; it reads no file."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from desktop.engine.data.checks import CHECKS
from desktop.engine.data.rows import KIND_TITLES, Row
from desktop.engine.errors import RequestError
from desktop.engine.job import DataSource, problems_of

SHOWN_PLACES = 20
WIDTH = 110


def source_of(args: argparse.Namespace) -> DataSource:
    """Return the data set that the options describe; raise :class:`RequestError` where one of them says nothing."""
    mapping: dict[str, Any] = dict(_pairs(args.map, "--map instruction=COLUMN"))
    mapping |= {role: {"constant": text} for role, text in _pairs(args.constant, "--constant system=TEXT")}
    mapping |= {role: {"join": names.split(",")} for role, names in _pairs(args.join, "--join text=TITLE,BODY")}
    checks = dict(_pairs(args.check, "--check duplicate=skip"))
    for id, policy in checks.items():
        check = CHECKS.get(id)
        if policy not in check.policies:
            raise RequestError(
                "bad_policy",
                f"Rows found by the check {id} cannot be told to {policy!r}.",
                f"There are: {', '.join(check.policies)}.",
            )
    try:
        return DataSource.model_validate(
            {
                "path": args.file[0], "also": args.file[1:], "format": args.format, "encoding": args.encoding,
                "mapping": mapping, "checks": checks, "roles": dict(_pairs(args.role, "--role Kunde=user")),
                "labels": dict(_pairs(args.label, "--label 0=negative")),
            }
        )  # fmt: skip
    except ValidationError as error:
        raise RequestError.from_problems(problems_of(error)) from error


def report_words(name: str, report: dict[str, Any], rows: Iterable[Row]) -> str:
    """Return a report for people."""
    details = ", ".join([report["format_title"], *report["details"].values()])
    lines = [
        f"{name}: {report['rows']:,} rows of {KIND_TITLES[report['kind']]} ({details}; {report['why']}).",
        "Columns: " + ", ".join(f"{_pick(pick)} as {role}" for role, pick in report["mapping"].items()),
    ]
    if report["could_also_be"]:
        lines.append("Could also be: " + "; ".join(f"{one['title']} ({one['why']})" for one in report["could_also_be"]))
    lines += _counts(report)
    for check in report["checks"]:
        lines += ["", f"{check['title']}: {check['count']:,} ({check['policy']}; --check {check['id']}=...)"]
        lines += [f"  {_place(one)}{one['reason']}" for one in check["examples"][:SHOWN_PLACES]]
        if check["count"] > SHOWN_PLACES:
            lines.append(f"  and {check['count'] - SHOWN_PLACES:,} more (--report found.csv names all)")
    lines += [f"Not read: {left}" for left in report["left_alone"]]
    if report.get("split"):
        lines += ["", report["split"]["sentence"]]
    if report.get("tokens"):
        lines += ["", f"Tokens: {report['tokens']['sentence']}"]
    for number, row in enumerate(rows, start=1):
        lines += ["", f"Row {number}", *(f"  {line}" for line in _row_lines(row))]
    return "\n".join(lines)


def _counts(report: dict[str, Any]) -> list[str]:
    said = []
    if report["bad_total"]:
        said.append(f"{report['bad_total']:,} of {report['total']:,} rows cannot be used")
    if report["skipped"]:
        said.append(f"{report['skipped']:,} left out as chosen")
    if report["fixed"]:
        said.append(f"{report['fixed']:,} mended")
    return [", ".join(said) + "."] if said else ["Every row can be used."]


def _place(example: dict[str, Any]) -> str:
    if not example["row"]:
        return ""
    place = f"line {example['line']}" if example["line"] else f"row {example['row']}"
    return f"{example['file'] + ', ' if example['file'] else ''}{place}: "


def _pick(pick: Any) -> str:
    if isinstance(pick, str):
        return pick
    return f"the text {pick['constant']!r}" if "constant" in pick else " + ".join(pick["join"])


def _pairs(words: Iterable[str], example: str) -> Iterable[tuple[str, str]]:
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise RequestError("bad_mapping", f"{word!r} maps nothing.", f"Write {example}.")
        yield name, value


def _row_lines(row: Row) -> list[str]:
    lines = []
    for name, value in row.items():
        turns = value if isinstance(value, list) else [{"role": name, "content": value}]
        lines += [f"{turn['role']}: {_short(str(turn['content']))}" for turn in turns if "role" in turn]
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
