"""The numbers behind the plots as a table, for those who cannot see plots; it reads curves and draws none."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.flow import amounts
from desktop.flow.metrics import Curves
from desktop.views.components.card import Card
from desktop.views.components.table import Cell, Column, Table

ROWS = 200  # the newest steps; a long run is thinned so that its beginning is there too
COLUMNS = (
    Column("Step", 80, number=True),
    Column("Loss", 0, number=True),
    Column("Smoothed", 0, number=True),
    Column("Validation", 0, number=True),
    Column("Learning rate", 0, number=True),
    Column("Gradient norm", 0, number=True),
    Column("Tokens/s", 0, number=True),
    Column("Memory, MB", 0, number=True),
)


class Numbers(Card):
    """One row a step, the newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(padding=1, parent=parent)
        self.table = Table(COLUMNS, row_height=30, name="Numbers of the run by step", selectable=True)
        self.body.addWidget(self.table, 1)
        self.cover_corners()

    def show_run(self, curves: Curves) -> None:
        """Fill the table from ``curves``."""
        self.table.set_rows([_row(curves, step) for step in steps_told(curves)])


def steps_told(curves: Curves) -> list[int]:
    """Return the steps that get a row, newest first: all of a short run, evenly thinned ones of a long run.

    Steps with a look at the held-out rows are always among them.
    """
    steps = list(curves.loss.steps)
    stride = max(1, -(-len(steps) // ROWS))
    return sorted({*steps[::-1][::stride], *curves.validation.steps}, reverse=True)


def _row(curves: Curves, step: int) -> list[Cell]:
    return [
        Cell(f"{step:,}"),
        Cell(_text(curves.loss.at(step), amounts.loss)),
        Cell(_text(curves.smoothed.at(step), amounts.loss)),
        Cell(_text(curves.validation.at(step), amounts.loss), strong=True),
        Cell(_text(curves.learning_rate.at(step), amounts.rate)),
        Cell(_text(curves.gradient_norm.at(step), amounts.short)),
        Cell(_text(curves.speed.at(step), amounts.count)),
        Cell(_text(curves.memory.at(step), amounts.count)),
    ]


def _text(value: float | None, write: object) -> str:
    if value is None:
        return ""
    if value != value:
        return "not a number"
    return str(write(value)) if callable(write) else ""
