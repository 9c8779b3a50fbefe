"""What is not quite right about a data set, grouped and in words, the worst first; it knows no widget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from desktop.flow.wizard_checks import POLICY_TITLES, CheckFound
from desktop.flow.wizard_findings import DataFound, LengthsFound

OVERLONG = "overlong"
"""Stands for the rows longer than the longest length: no check finds them, but something is to become of them too."""

OVERLONG_TITLES = {"truncate": "Cut", "drop": "Leave out", "split": "Split"}
_OVERLONG_ENDS = {
    "truncate": "their end is cut",
    "drop": "they are left out whole",
    "split": "each becomes several rows",
}
_LINES_NAMED = 4
_FEW = 30
_WORST_FIRST = {"bad": 0, "warn": 1, "info": 2}

Tone = Literal["bad", "warn", "info"]


@dataclass(frozen=True)
class Issue:
    """One thing to know.

    Attributes:
        tone: ``bad`` for rows that are left out, ``warn`` for what costs something, ``info`` for the rest.
        where: the lines, or how many rows.
        what: what is wrong and what happens to them.
        check: which check found it, :data:`OVERLONG` for rows that are too long, empty where nothing can be chosen.
        policy: what becomes of the rows now.
        policies: what could become of them: id and words.
        rows: whether the rows can be shown.
        help: what it means, in more words.
    """

    tone: Tone
    where: str
    what: str
    check: str = ""
    policy: str = ""
    policies: tuple[tuple[str, str], ...] = ()
    rows: bool = False
    help: str = ""


def issues(data: DataFound, lengths: LengthsFound | None, max_length: int, overlong: str = "truncate") -> list[Issue]:
    """Return everything worth knowing about the rows; empty when there is nothing."""
    found = [_of_check(check) for check in data.checks if check.count] if data.checks else _of_bad_rows(data)
    if data.skipped:
        found.append(Issue("info", _rows(data.skipped), "Skipped by you.", rows=True, check="edited"))
    if 0 < data.rows < _FEW:
        found.append(
            Issue("warn", _rows(data.rows), "So few are learned by heart, not understood; 50 or more are better.")
        )
    if lengths is not None:
        found += _of_lengths(lengths, max_length, overlong)
    if data.duplicates and not data.checks:
        again = "It counts again." if data.duplicates == 1 else "They count again."
        found.append(Issue("info", _rows(data.duplicates), f"The same as an earlier row. {again}"))
    if data.left_alone:
        named = _listed(data.left_alone)
        found.append(Issue("info", named, "Not read: nothing in there is a format Fettle knows."))
    return sorted(found, key=lambda issue: _WORST_FIRST[issue.tone])


def summary(found: Sequence[Issue], data: DataFound) -> tuple[str, str]:
    """Return what the head of the issues says, and its tone."""
    left_out = max(data.bad_total, data.total - data.rows if data.checks else 0)
    if left_out:
        return ("1 row left out" if left_out == 1 else f"{left_out:,} rows left out"), "warn"
    if any(issue.tone != "info" for issue in found):
        return ("1 kind" if len(found) == 1 else f"{len(found)} kinds"), "warn"
    return "Every row is used", "ok"


def _of_check(check: CheckFound) -> Issue:
    lines = [example.line or example.row for example in check.examples]
    files = {example.file for example in check.examples if example.file}
    where = _lines(lines, check.count) if lines and len(files) < 2 else _rows(check.count)
    tone: Tone = "bad" if check.severity == "bad" else "warn" if check.severity == "warn" else "info"
    return Issue(
        tone=tone,
        where=where,
        what=check.sentence or check.title,
        check=check.id,
        policy=check.policy,
        policies=tuple((policy, POLICY_TITLES[policy]) for policy in check.policies),
        rows=True,
        help=f"{check.title}. {check.help}".strip(),
    )


def _of_bad_rows(data: DataFound) -> list[Issue]:
    found = []
    by_reason: dict[str, list[int]] = defaultdict(list)
    for row in data.bad:
        by_reason[row.reason].append(row.line or row.row)
    for reason, lines in by_reason.items():
        found.append(Issue("bad", _lines(lines), f"{_sentence(reason)} Left out.", check="bad", rows=True))
    unnamed = data.bad_total - len(data.bad)
    if unnamed > 0:
        found.append(Issue("bad", f"{unnamed:,} more rows", "Cannot be used either. Left out."))
    return found


def _of_lengths(lengths: LengthsFound, max_length: int, overlong: str) -> list[Issue]:
    found = []
    if lengths.refused:
        found.append(Issue("warn", _rows(lengths.refused), "The model's template does not take them. Left out."))
    cut = round((1 - lengths.whole_at(max_length)) * lengths.rows)
    if lengths.lost and max_length <= lengths.maximum and overlong == "truncate":
        found.append(
            Issue("warn", _rows(lengths.lost), f"Their whole answer lies beyond {max_length:,} tokens. Left out.")
        )
    if cut:
        end = _OVERLONG_ENDS.get(overlong, _OVERLONG_ENDS["truncate"])
        found.append(
            Issue(
                "info",
                _rows(cut),
                f"Longer than {max_length:,} tokens, {end}.",
                check=OVERLONG,
                policy=overlong,
                policies=tuple(OVERLONG_TITLES.items()),
            )
        )
    return found


def _lines(lines: Sequence[int], count: int = 0) -> str:
    count = max(count, len(lines))
    if count == 1:
        return f"Line {lines[0]:,}"
    named = ", ".join(f"{line:,}" for line in lines[:_LINES_NAMED])
    rest = count - len(lines[:_LINES_NAMED])
    return f"Lines {named} and {rest:,} more" if rest > 0 else f"Lines {named}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
