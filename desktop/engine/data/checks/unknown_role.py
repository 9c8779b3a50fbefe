"""Speakers nobody knows; it knows no other check."""

from __future__ import annotations

from desktop.engine.data.checks.base import Check


class UnknownRole(Check):
    """Found while mapping."""

    id = "unknown_role"
    title = "Unknown speakers"
    summary = "Messages of a speaker that is neither user, assistant, system nor tool; say who it is in the mapping."
    order = 60
