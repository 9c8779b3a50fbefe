"""Rows that are learned and measured on at once; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class Leakage(Check):
    """Found between the sets of a job."""

    id = "leakage"
    title = "Leakage"
    summary = "Held-out rows that are trained on too: the held-out loss would measure learning by heart."
    severity = "warn"
    policies: ClassVar[tuple[Policy, ...]] = ("skip", "keep", "stop")
    order = 130
