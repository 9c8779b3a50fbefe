"""Fields a row needs and does not have; it knows no other check."""

from __future__ import annotations

from desktop.engine.data.checks.base import Check


class Missing(Check):
    """Found while mapping."""

    id = "missing"
    title = "Missing fields"
    summary = "Rows that lack a field that is needed: there is nothing to learn from them."
    order = 30
