"""Bytes that are no text in the file's encoding; it knows no other check."""

from __future__ import annotations

from typing import ClassVar

from desktop.engine.data.checks.base import Check
from desktop.engine.data.source import Policy


class Encoding(Check):
    """Found while reading."""

    id = "encoding"
    title = "Unreadable characters"
    summary = "Bytes that are no text in the file's encoding: most often a few lines were written by another program."
    cure = "such bytes are read as Windows-1252, what most old Western files are written in"
    policies: ClassVar[tuple[Policy, ...]] = ("skip", "fix", "stop")
    order = 10
