"""The five figures of a run and its bar, on one card; what they say is decided in flow."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.flow.run_figures import RunFigures
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.figure import Figure
from desktop.views.run.measures import Measures


class Figures(Card):
    """Step, time left, loss, validation, speed; the bar under them moves only by steps done.

    Attributes:
        step: the first figure; the others are ``time`` or ``took``, ``loss``, ``validation`` and ``speed``.
        bar: how far the run is.
        measures: the further held-out figures of the objective, where it has some.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without numbers."""
        super().__init__(padding=0, parent=parent)
        self.body.setContentsMargins(20, 14, 20, 14)
        self.body.setSpacing(12)
        self.step = Figure("Step")
        self.time = Figure("Time left")
        self.took = Figure("Time")
        self.took.hide()
        self.loss = Figure("Loss, smoothed")
        self.validation = Figure("Validation")
        self.speed = Figure("Speed")
        row = QHBoxLayout()
        row.setSpacing(16)
        for figure in (self.step, self.time, self.took, self.loss, self.validation, self.speed):
            row.addWidget(figure, 1)
        self.bar = Bar()
        self.body.addLayout(row)
        self.measures = Measures()
        self.body.addWidget(self.measures)
        self.body.addWidget(self.bar)

    def show_figures(self, figures: RunFigures, *, live: bool) -> None:
        """Show the numbers of the moment; the time is what is left of a live run and what one that is over took."""
        self.time.setVisible(live)
        self.took.setVisible(not live)
        self.step.set(*figures.step)
        (self.time if live else self.took).set(*figures.time)
        self.loss.set(*figures.loss)
        self.validation.set(*figures.validation, caption=figures.judged)
        self.measures.show_changes(figures.measured[1:])
        self.speed.set(*figures.speed)
        self.bar.set(figures.share)
