"""What the checks found in a data set and what may become of such rows; it knows no check by name and no widget."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from desktop.engine.data.source import Policy

_CODE = re.compile("`([^`]*)`")
POLICY_TITLES = {"keep": "Keep", "skip": "Skip", "fix": "Fix", "stop": "Stop"}


@dataclass(frozen=True)
class Example:
    """One row a check found: its place among the rows, its line, its file, and the reason."""

    row: int
    line: int
    file: str
    reason: str


@dataclass(frozen=True)
class CheckFound:
    """What one check says of the rows.

    Attributes:
        id: of the check.
        title: on screen.
        help: what it looks for and why that matters.
        severity: ``bad``, ``warn`` or ``info``.
        policy: what becomes of the rows it finds.
        policies: what could become of them.
        count: how many rows it found.
        sentence: what was found and what happens to it.
        examples: some of the rows.
    """

    id: str
    title: str
    help: str
    severity: str
    policy: str
    policies: tuple[str, ...]
    count: int
    sentence: str
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class SplitFound:
    """How the good rows are parted: how many learn, how many are held out, and that in a sentence."""

    train: int
    validation: int
    sentence: str = ""


def checks_from(report: Mapping[str, Any]) -> tuple[CheckFound, ...]:
    """Return what the ``inspect`` operation says of every check, in its order."""
    return tuple(_check(values) for values in report.get("checks") or ())


def split_from(report: Mapping[str, Any]) -> SplitFound | None:
    """Return how ``inspect`` says the rows are parted, ``None`` where it does not say."""
    values = report.get("split")
    if not values:
        return None
    return SplitFound(int(values["train"]), int(values["validation"]), str(values.get("sentence") or ""))


def in_words(text: str) -> str:
    """Return a sentence of the engine as a label shows it: names of columns between quotes, not between backticks."""
    return _CODE.sub("\u201c\\1\u201d", text)


def _check(values: Mapping[str, Any]) -> CheckFound:
    known = get_args(Policy)
    severity = str(values.get("severity") or "info")
    return CheckFound(
        id=str(values["id"]),
        title=str(values.get("title") or values["id"]),
        help=str(values.get("help") or ""),
        severity=severity if severity in ("bad", "warn", "info") else "info",
        policy=str(values.get("policy") or "keep"),
        policies=tuple(policy for policy in map(str, values.get("policies") or ()) if policy in known),
        count=int(values.get("count") or 0),
        sentence=in_words(str(values.get("sentence") or "")),
        examples=tuple(
            Example(
                int(one.get("row") or 0),
                int(one.get("line") or 0),
                str(one.get("file") or ""),
                in_words(str(one.get("reason") or "")),
            )
            for one in values.get("examples") or ()
        ),
    )
