"""The numbers behind the plots as a table, for those who cannot see plots; it reads curves and draws none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.flow import amounts
from desktop.flow.measures import measure_for, written
from desktop.flow.metrics import Curves, Series
from desktop.flow.run_plots import order_of
from desktop.views.components.card import Card
from desktop.views.components.segments import Segments
from desktop.views.components.table import Cell, Column, Table

ROWS = 200  # the newest steps; a long run is thinned so that its beginning is there too
LETTER, AIR = 7.2, 28  # px a letter of a head takes, and what stands beside them
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


@dataclass(frozen=True)
class OwnColumn:
    """A figure of the objective's own: its head, where it comes from, and what it is."""

    title: str
    held_out: bool
    key: str


class Numbers(Card):
    """One row a step, the newest first.

    Attributes:
        table: what every run has.
        own: what its objective has beside that; nothing before there is any.
        choice: which of both is shown, where there are both.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(padding=1, parent=parent)
        self.table = Table(COLUMNS, row_height=30, name="Numbers of the run by step", selectable=True)
        self.own: Table | None = None
        self._own_columns: list[OwnColumn] = []
        self.choice = Segments((("all", "Loss and pace", ""), ("own", "Figures of the objective", "")), "Which numbers")
        self.choice.chosen.connect(self._show_choice)
        self._head = QWidget()
        row = QHBoxLayout(self._head)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self.choice)
        row.addStretch(1)
        self._head.hide()
        self.body.setSpacing(0)
        self.body.addWidget(self._head)
        self.body.addWidget(self.table, 1)
        self.cover_corners()

    def show_run(self, curves: Curves, objective: str = "") -> None:
        """Fill the table from ``curves``, and another from what the ``objective`` measures beside the loss."""
        steps = steps_told(curves)
        self.table.set_rows([_row(curves, step) for step in steps])
        columns = own_columns(curves, objective)
        if columns != self._own_columns:
            self._replace(columns)
        if self.own is not None:
            self.own.set_rows([_own_row(curves, step, columns, objective) for step in steps])

    def _replace(self, columns: list[OwnColumn]) -> None:
        gone, self._own_columns, self.own = self.own, columns, None
        if gone is not None:
            gone.hide()
            gone.deleteLater()
        if columns:
            widths = (
                [0] * len(columns) if len(columns) < 4 else [round(LETTER * len(one.title)) + AIR for one in columns]
            )
            own = (Column(one.title, width, number=True) for one, width in zip(columns, widths, strict=True))
            heads = [Column("Step", 80, number=True), *own]
            self.own = Table(heads, row_height=30, name="Figures of the objective by step", selectable=True)
            self.body.addWidget(self.own, 1)
        self._head.setVisible(bool(columns))
        self._show_choice()

    def _show_choice(self, *_: object) -> None:
        own = self.own is not None and self.choice.current == "own"
        self.table.setVisible(not own)
        if self.own is not None:
            self.own.setVisible(own)


def steps_told(curves: Curves) -> list[int]:
    """Return the steps that get a row, newest first: all of a short run, evenly thinned ones of a long run.

    Steps with a look at the held-out rows are always among them.
    """
    steps = list(curves.loss.steps)
    stride = max(1, -(-len(steps) // ROWS))
    return sorted({*steps[::-1][::stride], *curves.validation.steps}, reverse=True)


def own_columns(curves: Curves, objective: str) -> list[OwnColumn]:
    """Return a column for every figure beside the loss, those plotted and those not."""
    found = [(False, key) for key in curves.extra] + [(True, key) for key in curves.held_out]
    both = set(curves.extra) & set(curves.held_out)
    titles = {key: measure_for(key, objective).title for _, key in found}
    return [
        OwnColumn(f"{titles[key]}, {'held out' if held_out else 'training'}" if key in both else titles[key], held_out,
                  key)
        for held_out, key in sorted(found, key=lambda one: (order_of(one[1], objective), titles[one[1]], one[0]))
    ]  # fmt: skip


def _own_row(curves: Curves, step: int, columns: Sequence[OwnColumn], objective: str) -> list[Cell]:
    cells = [Cell(f"{step:,}")]
    for column in columns:
        series: Series = (curves.held_out if column.held_out else curves.extra)[column.key]
        measure = measure_for(column.key, objective)
        text = _text(series.at(step), lambda value, measure=measure: written(value, measure))
        cells.append(Cell(text, strong=column.held_out))
    return cells


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
