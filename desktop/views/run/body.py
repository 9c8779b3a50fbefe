"""What lies under a run's figures: plots, findings, numbers or log, samples and watch beside; it decides nothing."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.flow.run_about import RunAbout
from desktop.flow.run_end import LIVE, Standing
from desktop.flow.run_view import RunSnapshot, RunView
from desktop.flow.run_watch import watch
from desktop.views.run.findings import FindingsView
from desktop.views.run.log import Log
from desktop.views.run.numbers import Numbers
from desktop.views.run.plots import Plots
from desktop.views.run.samples import Samples
from desktop.views.run.watch import Watch

NUMBERS_EVERY = 1.0  # seconds: a table of hundreds of cells is no film
SIDE = 312
SIDE_NARROW = 272
NARROW = 1250  # under this width of the page's content the side gives some of its own


class Body(QWidget):
    """Four ways to look at a run and what stays beside each.

    Attributes:
        view: ``plots``, ``found``, ``numbers`` or ``log``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with the plots."""
        super().__init__(parent)
        self.view = "plots"
        self._told = -NUMBERS_EVERY
        self.plots = Plots()
        self.findings = FindingsView()
        self.numbers = Numbers()
        self.log = Log()
        self.samples = Samples()
        self.watch = Watch()
        self._stack = QStackedWidget()
        for widget in (self.plots, self.findings, self.numbers, self.log):
            self._stack.addWidget(widget)
        self._views: dict[str, QWidget] = {"found": self.findings, "numbers": self.numbers, "log": self.log}
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.samples, 5)
        column.addWidget(self.watch, 3)
        row = QHBoxLayout(self)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self._stack, 1)
        row.addWidget(self._side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the width between plots and side."""
        super().resizeEvent(event)
        self._side.setFixedWidth(SIDE if event.size().width() >= NARROW else SIDE_NARROW)

    def minimumSizeHint(self) -> QSize:
        """Return a size that fits the smallest window there is to be."""
        return QSize(1100, 420)

    def show_view(self, view: str) -> None:
        """Show plots, findings, numbers or log."""
        self.view = view
        self._told = -NUMBERS_EVERY
        self._side.setVisible(view != "found")  # texts beside texts need the whole width
        self._stack.setCurrentWidget(self._views.get(view, self.plots))

    def show_run(self, run: RunView, state: RunSnapshot, standing: Standing, about: RunAbout) -> None:
        """Show a run as it stands; what is hidden costs nothing."""
        if self.view == "plots":
            self.plots.show_run(run.curves, state, clip=about.clip, objective=about.objective)
        elif self.view == "numbers" and (standing.status not in LIVE or time.monotonic() - self._told >= NUMBERS_EVERY):
            self._told = time.monotonic()
            self.numbers.show_run(run.curves, about.objective)
        self.samples.setVisible(about.speaks or bool(state.samples))
        self.samples.show_samples(state.samples, over=standing.status not in LIVE)
        self.watch.show_rows(watch(run, clip=about.clip), broken=standing.status in ("interrupted", "failed"))
