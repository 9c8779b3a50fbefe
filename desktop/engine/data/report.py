"""What an import found, check by check, for people and for files; it knows no screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.data.checks import CHECKS
from desktop.engine.data.checks.base import policy_of
from desktop.engine.data.dataset import Imported, Survey
from desktop.engine.data.library.found import Finding
from desktop.engine.data.spreadsheet import csv_line
from desktop.engine.errors import UserError
from desktop.engine.run_folder import write_atomically

_NAMED = 4
_WHAT = {
    "bad": "left out", "skipped": "left out, as chosen", "fixed": "mended", "kept": "used as they are",
}  # fmt: skip


@dataclass(frozen=True)
class CheckReport:
    """One check and what it found.

    Attributes:
        id: of the check.
        title: on screen.
        summary: what it looks for.
        cure: what fixing does, empty where nothing can be mended.
        severity: ``bad``, ``warn`` or ``info``.
        policy: what becomes of such rows.
        policies: what may.
        states: state -> rows.
        examples: the first of them.
    """

    id: str
    title: str
    summary: str
    cure: str
    severity: str
    policy: str
    policies: tuple[str, ...]
    states: dict[str, int]
    examples: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """Return how many rows it found."""
        return sum(self.states.values())

    @property
    def sentence(self) -> str:
        """Return what was found and what became of it."""
        if not self.examples:
            return ""
        first = self.examples[0]
        if first.row == 0:
            return f"{first.reason[:1].upper()}{first.reason[1:]}."
        done = ", ".join(
            f"{count:,} {_WHAT[state]}" if len(self.states) > 1 else _WHAT[state]
            for state, count in self.states.items()
        )
        differ = len({finding.reason for finding in self.examples}) > 1
        reason = f"For instance, {first.reason}" if differ else f"{first.reason[:1].upper()}{first.reason[1:]}"
        return f"{reason}. {done[:1].upper()}{done[1:]}."

    @property
    def where(self) -> str:
        """Return the places of the first of them, the rest counted."""
        if self.examples and self.examples[0].row == 0:
            return "The whole set"
        shown = [finding.place for finding in self.examples[:_NAMED]]
        rest = self.count - len(shown)
        words = ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")
        return words[:1].upper() + words[1:]

    def as_dict(self) -> dict[str, Any]:
        """Return the form that reports and other processes read."""
        return {
            "id": self.id, "title": self.title, "help": self.summary, "cure": self.cure, "severity": self.severity,
            "policy": self.policy, "policies": list(self.policies), "count": self.count, "states": self.states,
            "sentence": self.sentence, "where": self.where,
            "examples": [
                {"row": one.row, "line": one.line, "file": one.file, "reason": one.reason, "state": one.state}
                for one in self.examples
            ],
        }  # fmt: skip


def check_reports(imported: Imported, looked: Survey) -> list[CheckReport]:
    """Return what every check found; those that found nothing are left out."""
    found = []
    for check in CHECKS.all():
        states = imported.view.counts.get(check.id, {})
        if states:
            found.append(
                CheckReport(
                    check.id, check.title, check.summary, check.cure, check.severity,
                    policy_of(check, looked.source.checks), check.policies, states,
                    tuple(imported.view.examples.get(check.id, ())),
                )
            )  # fmt: skip
    return found


def counts_of(imported: Imported) -> dict[str, int]:
    """Return how the rows of a set divide; good, skipped and bad rows together are all rows."""
    view = imported.view
    bad = sum(1 for finding in _first_of_each_row(view.findings(), ("bad",)))
    return {
        "total": imported.total,
        "rows": len(imported.rows),
        "bad_total": bad,
        "skipped": imported.total - len(imported.rows) - bad,
        "fixed": view.fixed - view.counts.get("edit", {}).get("fixed", 0),
        "edited": len(imported.source.edits),
        "duplicates": sum(view.counts.get("duplicate", {}).values()),
    }


def as_markdown(name: str, values: dict[str, Any]) -> str:
    """Return a report for people: ``values`` is what the inspect operation answers."""
    lines = [
        f"# {name}",
        "",
        f"{values['rows']:,} of {values['total']:,} rows can be used; {values['bad_total']:,} cannot, "
        f"{values['skipped']:,} are left out as chosen, {values['fixed']:,} were mended.",
        "",
        f"Read as {values['format_title']}; taken for {values['recognised_title']}: {values['why']}.",
        "",
        "| Role | Taken from |",
        "|---|---|",
        *(f"| {role} | {_cell(pick)} |" for role, pick in values["mapping"].items()),
    ]
    for check in values["checks"]:
        lines += [
            "",
            f"## {check['title']}: {check['count']:,}",
            "",
            check["help"],
            "",
            f"What was done: {check['policy']}.",
        ]
        lines += ["", "| Row | Line | File | What |", "|---|---|---|---|"]
        for one in check["examples"]:
            lines.append(f"| {one['row']} | {one['line'] or ''} | {_cell(one['file'])} | {_cell(one['reason'])} |")
        if check["count"] > len(check["examples"]):
            lines.append(f"\nand {check['count'] - len(check['examples']):,} more; the CSV and JSON reports name all.")
    if not values["checks"]:
        lines += ["", "Nothing was found wrong with any row."]
    return "\n".join(lines) + "\n"


def as_csv(findings: Iterator[Finding]) -> Iterator[str]:
    """Yield a table for spreadsheets, every finding in a line; no cell can be taken for a formula."""
    yield csv_line(["row", "line", "file", "check", "what became of it", "reason"])
    for one in findings:
        yield csv_line([one.row, one.line or "", one.file, one.check, one.state, one.reason])


def as_json(values: dict[str, Any], findings: Iterator[Finding]) -> Iterator[str]:
    """Yield the report with every finding, as JSON."""
    head = json.dumps({**values, "findings": []}, ensure_ascii=False)
    yield head[: head.rindex("[") + 1]
    for number, one in enumerate(findings):
        yield ("," if number else "") + "\n" + json.dumps(vars(one), ensure_ascii=False)
    yield "\n]}\n"


def save_report(values: dict[str, Any], findings: Iterator[Finding], path: Path, format: str) -> None:
    """Write the report to ``path`` as ``md``, ``json`` or ``csv``; raise :class:`UserError` where that fails."""
    if format == "md":
        pieces: Iterable[str] = [as_markdown(str(values["name"]), values)]
    else:
        pieces = as_csv(findings) if format == "csv" else as_json(values, findings)
    try:
        write_atomically(path, "".join(pieces))
    except OSError as error:
        raise UserError(
            "report_not_saved",
            f"The report could not be written to {path.name}: {error.strerror or error}.",
            "Choose another place, or free some space.",
        ) from error


def _cell(value: Any) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def _first_of_each_row(findings: Iterator[Finding], states: tuple[str, ...]) -> Iterator[Finding]:
    last = -1
    for finding in findings:
        if finding.state in states and finding.row != last:
            last = finding.row
            yield finding
