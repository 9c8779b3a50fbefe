"""Values of another type than the role needs; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class WrongType(Check):
    """Found while mapping."""

    id = "wrong_type"
    title = "Wrong types"
    summary = "A list, an object or true and false where text was expected, or a value that no rule covers."
    cure = "the value is written out as text"
    policies: ClassVar[tuple[Policy, ...]] = ("skip", "fix", "stop")
    order = 50
