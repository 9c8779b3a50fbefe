"""Preference pairs whose two answers are one; it knows no other check."""

from __future__ import annotations

from desktop.engine.data.checks.base import Check


class SameAnswers(Check):
    """Found while mapping."""

    id = "same_answers"
    title = "Equal answers"
    summary = "Pairs whose better and worse answer are the same: nothing can be preferred."
    order = 80
