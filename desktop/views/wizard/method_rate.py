"""Looks for a learning rate in a short sweep, shows it as it comes and offers what it suggests; it measures nothing."""

from __future__ import annotations

import importlib
import math
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.calls import Calls
from desktop.bridge.task import Tasks
from desktop.bridge.throttle import Throttle
from desktop.bridge.workbench import WorkbenchClient
from desktop.engine.errors import UserError
from desktop.engine.job import JobSpec
from desktop.flow import amounts
from desktop.flow.learning_rate import RateSearch
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table
from desktop.views.run.chart import Chart, decades
from desktop.views.run.plot import Line

_LINES = (Line("loss", "Loss", 0, 1.2, faint=True), Line("smoothed", "Eased loss", 0))
_COLUMNS = (Column("Rate", 84, number=True), Column("Loss", 0, number=True), Column("Eased", 0, number=True))
_REPAINT_MS = 150


class RateDialog(QDialog):
    """The sweep: loss over learning rate, the numbers beside it, and the rate it suggests.

    Signals:
        chosen: this learning rate is to be used.
    """

    chosen = Signal(float)

    def __init__(self, workbench: WorkbenchClient, tasks: Tasks, job: JobSpec, parent: QWidget | None = None) -> None:
        """Sweep over the first steps of ``job`` at once."""
        super().__init__(parent)
        self._calls = Calls(workbench)
        self._job = job
        self.search = RateSearch()
        self.setWindowTitle("Find a learning rate")
        self.setAccessibleName("Find a learning rate")
        self.resize(920, 560)
        self.chart = Chart(
            "Loss over the learning rate", _LINES, decades, empty="The first steps appear here in a moment."
        )
        self.table = Table(_COLUMNS, row_height=28, name="Loss by learning rate", selectable=False)
        self.words = Text("", "body", "text2")
        self.outcome = Banner("info", "", "")
        self.again = Button("Sweep again", icon="refresh")
        self.use = Button("Use this rate", "primary", "check")
        self.close_button = Button("Cancel")
        self._repaint = Throttle(self._refresh, _REPAINT_MS, self)
        self._lay_out()
        self.again.clicked.connect(self._start)
        self.use.clicked.connect(self._take)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(lambda _result: self._end())
        loaded = tasks.run(lambda: importlib.import_module("pyqtgraph"))
        loaded.succeeded.connect(self._load)  # a method: once the dialog is gone it is not called
        self._start()

    def _lay_out(self) -> None:
        plot = Card(padding=14)
        plot.body.addWidget(Text("Loss over the learning rate", "label", "text2", wrap=False))
        plot.body.addWidget(self.chart, 1)
        numbers = Card(padding=1)
        numbers.body.addWidget(self.table)
        numbers.cover_corners()
        numbers.setFixedWidth(290)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(plot, 1)
        row.addWidget(numbers)
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addWidget(self.words, 1)
        for button in (self.close_button, self.again, self.use):
            feet.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("Find a learning rate", "title", wrap=False))
        column.addWidget(
            Text(
                "A short run whose rate grows from step to step. A good rate lies where the loss falls fastest, well "
                "before it breaks away. Nothing of this run is kept.",
                "body",
                "text2",
            )
        )
        column.addLayout(row, 1)
        column.addWidget(self.outcome)
        column.addLayout(feet)

    def _start(self) -> None:
        self.search = RateSearch()
        self.outcome.hide()
        params = {"job": self._job.to_mapping()}
        self._calls.start(
            "rate", "learning_rate", params, streamed=self._hear, succeeded=self._take_result, failed=self._fail
        )
        self._refresh()

    def _end(self) -> None:
        self._calls.drop_all()
        self._repaint.close()

    def _load(self, _module: object) -> None:
        self.chart.load()
        self._refresh()

    def _hear(self, piece: dict[str, Any]) -> None:
        self.search = self.search.told(piece)
        self._repaint()

    def _take_result(self, result: dict[str, Any]) -> None:
        self.search = self.search.found(result)
        self.outcome.set("ok" if self.search.suggestion is not None else "info", self.search.sentence, "")
        self.outcome.show()
        self._refresh()

    def _fail(self, error: UserError) -> None:
        self.search = RateSearch(self.search.steps, "")
        self.outcome.set("warn", error.message, error.hint)
        self.outcome.show()
        self._refresh()

    def _refresh(self) -> None:
        search = self.search
        rates = [math.log10(step.rate) for step in search.steps]
        self.chart.set("loss", rates, [step.loss for step in search.steps])
        self.chart.set("smoothed", rates, [step.smoothed for step in search.steps])
        self.chart.mark = math.log10(search.suggestion) if search.suggestion else None
        self.chart.describe(search.sentence or search.words)
        self.chart.redraw()
        self.table.set_rows([[Cell(text) for text in row] for row in search.rows])
        if search.words and search.rows:
            self.table.scrollToBottom()
        self.words.setText(search.words)
        over = not search.words
        self.again.setVisible(over)
        self.use.setEnabled(search.suggestion is not None)
        self.use.setText(f"Use {amounts.rate(search.suggestion)}" if search.suggestion else "Use this rate")
        self.close_button.setText("Close" if over else "Cancel")

    def _take(self) -> None:
        if self.search.suggestion is not None:
            self.chosen.emit(self.search.suggestion)
            self.accept()
