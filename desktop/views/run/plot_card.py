"""A card with a plot under its title and legend, and the one that draws an objective's own figures; it decides none."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.flow.measures import written
from desktop.flow.run_plots import OwnPlot, PlotLine
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.run.axis import tick_text
from desktop.views.run.legend import Legend
from desktop.views.run.plot import Line, Plot

MEASURED, VALIDATION = 0, 1
_MARKS = ("o", "s", "t", "d", "p")


def plot_card(title: str, legend: QWidget, plot: Plot) -> Card:
    """Return a card with ``plot`` under its ``title`` and ``legend``."""
    card = Card(padding=0)
    card.body.setContentsMargins(16, 12, 16, 8)
    card.body.setSpacing(6)
    card.body.addLayout(plot_head(Text(title, "strong", elide=True), legend))
    card.body.addWidget(plot, 1)
    return card


def plot_head(title: Text, right: QWidget) -> QHBoxLayout:
    """Return the row above a plot: its title, and ``right`` at the far end."""
    row = QHBoxLayout()
    row.addWidget(title, 1)
    row.addWidget(right)
    return row


class OwnCard(Card):
    """The plot of figures that only some objectives have.

    Attributes:
        plot: where they are drawn.
        legend: what they are called, with their newest numbers.
        shape: what this card can draw; figures of another shape need another card.
    """

    def __init__(self, told: OwnPlot, parent: QWidget | None = None) -> None:
        """Get ready to draw figures like those ``told``; nothing of pyqtgraph is loaded yet."""
        super().__init__(padding=0, parent=parent)
        self.shape = shape_of(told)
        lines = [_line(line) for line in told.lines]
        percent = told.measure.share
        self.plot = Plot(
            f"{told.title} over the steps",
            lines,
            about=2 if percent else 3,
            whole=(0.0, 1.0) if percent else None,
            value_text=_per_cent if percent else tick_text,
        )
        self.legend = Legend(lines)
        self.body.setContentsMargins(16, 12, 16, 8)
        self.body.setSpacing(6)
        self.body.addLayout(plot_head(Text(told.title, "strong", elide=True), self.legend))
        self.body.addWidget(self.plot, 1)

    def show_plot(self, told: OwnPlot) -> None:
        """Take the numbers; nothing is drawn before the plot is told to."""
        for line in told.lines:
            self.plot.set(line.id, line.series.steps, line.series.values)
            self.legend.set(line.id, written(line.series.last(), told.measure))
        self.plot.describe(told.sentence)


def shape_of(told: OwnPlot) -> tuple[str, ...]:
    """Return what a card must have been made for to draw these figures."""
    return (told.title, *(f"{line.id}:{line.label}:{line.held_out}" for line in told.lines))


def _line(line: PlotLine) -> Line:
    if line.place < 0:
        return Line(line.id, line.label, VALIDATION if line.held_out else MEASURED, mark="o" if line.held_out else "")
    return Line(line.id, line.label, line.place, mark=_MARKS[line.place] if line.held_out else "")


def _per_cent(value: float, step: float) -> str:
    return f"{tick_text(100 * value, 100 * step)} %"
