"""When to use which method, as a table: what each is good and bad at; it knows no model, machine or data in particular.

One source for the adviser's ranking, the table in the window and the one in the book. The grades are the field's common
judgement, gathered from the methods' own papers and from the surveys of Ding et al. 2023 (Parameter-efficient
fine-tuning of large-scale pre-trained language models, section 4), Lialin et al. 2023 (Scaling Down to Scale Up,
section 4) and Biderman et al. 2024 (LoRA Learns Less and Forgets Less, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WhenToUse:
    """One row of the table.

    Attributes:
        method: id.
        data: how much data suits it, in words.
        goal: what for, in words.
        model: which models, in words.
        memory: how it stands with memory, in words.
        fewest: rows below which it learns too little to be worth it.
        enough: rows from which its room is used; below, a gentler method does as well.
        smallest_model: weights below which it does not work well.
        grades: goal id -> 0 (does not do it) to 5 (the first choice).
    """

    method: str
    data: str
    goal: str
    model: str
    memory: str
    fewest: int
    enough: int
    smallest_model: float
    grades: dict[str, float]


TABLE: tuple[WhenToUse, ...] = ()


def row_of(method: str) -> WhenToUse | None:
    """Return a method's row, ``None`` where it has none of its own."""
    return next((row for row in TABLE if row.method == method), None)
