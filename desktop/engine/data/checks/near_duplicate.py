"""Rows that nearly repeat another; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class NearDuplicate(Check):
    """Found once all rows are read."""

    id = "near_duplicate"
    title = "Near duplicates"
    summary = "Rows that share nearly all their words with an earlier one; they stay on one side of the split."
    severity = "info"
    policies: ClassVar[tuple[Policy, ...]] = ("keep", "skip", "stop")
    default: ClassVar[Policy] = "keep"
    order = 120
