"""What every check says of itself: what it finds, what may become of such rows; it knows no check in particular."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

from desktop.engine.data.source import Policy

Severity: TypeAlias = Literal["bad", "warn", "info"]


class Check(ABC):
    """One thing that may be wrong with a row, or with all of them together.

    Attributes:
        id: name in job files (``role_order``).
        title: name on screen.
        summary: one sentence: what it finds and why it matters.
        cure: what ``fix`` does, a clause; empty where nothing can be mended.
        severity: how bad it is where rows are used as they are.
        policies: what may become of such rows.
        default: what becomes of them where nothing is said.
        order: place in reports.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    cure: ClassVar[str] = ""
    severity: ClassVar[Severity] = "bad"
    policies: ClassVar[tuple[Policy, ...]] = ("skip", "stop")
    default: ClassVar[Policy] = "skip"
    order: ClassVar[int] = 100


class TextCheck(Check):
    """A check on the words of a row.

    Attributes:
        signs: bytes of which a text it finds holds at least one; they decide fast that most texts are in order.
    """

    signs: ClassVar[bytes]

    def fault(self, text: str) -> str:
        """Return what is wrong with ``text`` as a clause, empty where nothing is."""
        raise NotImplementedError

    def mended(self, text: str) -> str:
        """Return ``text`` without it."""
        raise NotImplementedError


def policy_of(check: Check, chosen: Mapping[str, Policy]) -> Policy:
    """Return what becomes of rows that ``check`` finds."""
    return chosen.get(check.id, check.default)
