"""The when-to-use table in words, for the book and for a screen; it knows the table and the registry, and no job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.engine.advise.base import GOALS
from desktop.engine.advise.table import TABLE, WhenToUse
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method

FIRST_CHOICES = 3  # methods named for a goal


@dataclass(frozen=True)
class TableLine:
    """One line of the table.

    Attributes:
        method: id.
        title: on screen.
        data: how much data suits it.
        model: which models.
        memory: how it stands with memory.
        goal: what to take it for.
        goals: titles of the goals it is among the first choices for.
    """

    method: str
    title: str
    data: str
    model: str
    memory: str
    goal: str
    goals: tuple[str, ...]


def table_lines() -> list[TableLine]:
    """Return the table for the methods there are, in the registry's order."""
    return [
        TableLine(method.id, method.title, row.data, row.model, row.memory, row.goal, tuple(_first_for(row)))
        for method, row in _rows()
    ]


def first_choices() -> dict[str, list[str]]:
    """Return goal id -> titles of the methods with the best grades for it, the best first."""
    return {
        goal.id: [
            method.title
            for method, _ in sorted(_rows(), key=lambda pair: (-pair[1].grade(goal.id), pair[0].order, pair[0].id))
        ][:FIRST_CHOICES]
        for goal in GOALS
    }


def as_markdown() -> str:
    """Return both tables as the book holds them."""
    lines = ["| You want | Look at first |", "|---|---|"]
    chosen = first_choices()
    lines += [f"| {goal.title}: {_lowered(goal.question)} | {', '.join(chosen[goal.id])} |" for goal in GOALS]
    lines += ["", "| Method | Take it for | Data | Models | Memory |", "|---|---|---|---|---|"]
    lines += [f"| {one.title} | {one.goal} | {one.data} | {one.model} | {one.memory} |" for one in table_lines()]
    return "\n".join(lines)


def _rows() -> Iterator[tuple[Method, WhenToUse]]:
    rows = {row.method: row for row in TABLE}
    return ((method, rows[method.id]) for method in METHODS.all() if method.id in rows)


def _first_for(row: WhenToUse) -> Iterator[str]:
    chosen, title = first_choices(), METHODS.get(row.method).title
    return (goal.title for goal in GOALS if title in chosen[goal.id])


def _lowered(sentence: str) -> str:
    plain = sentence.rstrip(".")
    return plain if plain.startswith("I ") else plain[:1].lower() + plain[1:]
