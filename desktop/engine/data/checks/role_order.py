"""Conversations whose turns are out of order; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class RoleOrder(Check):
    """Found while mapping."""

    id = "role_order"
    title = "Turns out of order"
    summary = "Two turns of one speaker in a row, an answer nobody asked for, or a question at the end."
    cure = "turns of one speaker are joined, answers before the first question and a question at the end left out"
    policies: ClassVar[tuple[Policy, ...]] = ("skip", "fix", "stop")
    order = 70
