"""Rows that come more than once; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class Duplicate(Check):
    """Found once all rows are read."""

    id = "duplicate"
    title = "Duplicates"
    summary = "Rows that are the same as an earlier one: they count again, and always stay on one side of the split."
    severity = "info"
    policies: ClassVar[tuple[Policy, ...]] = ("keep", "skip", "stop")
    default: ClassVar[Policy] = "keep"
    order = 110
