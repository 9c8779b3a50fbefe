"""Rows the format itself is broken in; it knows no other check."""

from __future__ import annotations

from desktop.engine.data.checks.base import Check


class Broken(Check):
    """Found while reading."""

    id = "broken"
    title = "Broken rows"
    summary = "Rows that are not whole or not well-formed: a quote left open, a comma missing, too many cells."
    order = 20
