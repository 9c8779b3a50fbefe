"""Files that hold far more rows than others of the same set; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class DomainBalance(Check):
    """Found once all rows are read."""

    id = "domain_balance"
    title = "Uneven sources"
    summary = "One file or domain holds far more rows than another: what the small ones teach may be drowned."
    severity = "info"
    policies: ClassVar[tuple[Policy, ...]] = ("keep", "stop")
    default: ClassVar[Policy] = "keep"
    order = 150
