"""The table of when to use which method, ready for a screen; the adviser's own table is its one source."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.engine.advise.table import TABLE
from desktop.engine.methods import METHODS
from desktop.flow.wizard_objectives import sentence

SUGGESTED = "What data and model suggest"


@dataclass(frozen=True)
class Rule:
    """One row: the method's title, and in words what it suits."""

    id: str
    title: str
    goal: str
    data: str
    model: str
    memory: str


def rules() -> list[Rule]:
    """Return a row for every method there is and the table knows, in the order of the methods."""
    known = {row.method: row for row in TABLE}
    return [
        Rule(method.id, method.title, *(sentence(said) for said in (row.goal, row.data, row.model, row.memory)))
        for method in METHODS.all()
        if (row := known.get(method.id)) is not None
    ]
