"""Fields with nothing in them; it knows no other check."""

from __future__ import annotations

from desktop.engine.data.checks.base import Check


class Empty(Check):
    """Found while mapping."""

    id = "empty"
    title = "Empty fields"
    summary = "Rows whose question, answer or text is empty: a model would learn to say nothing."
    order = 40
