"""Labels that come far more often than others; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class LabelBalance(Check):
    """Found once all rows are read."""

    id = "label_balance"
    title = "Uneven labels"
    summary = "One label is far more frequent than another: guessing it always would look like knowing."
    severity = "warn"
    policies: ClassVar[tuple[Policy, ...]] = ("keep", "stop")
    default: ClassVar[Policy] = "keep"
    order = 140
