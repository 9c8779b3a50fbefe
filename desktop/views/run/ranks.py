"""How much of its rank a run used, as a plot over the layers with the numbers below; it measures nothing."""

from __future__ import annotations

import importlib
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.calls import Calls
from desktop.bridge.task import Tasks
from desktop.bridge.workbench import WorkbenchClient
from desktop.engine.errors import UserError
from desktop.flow.ranks import Ranks, ranks_from
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table
from desktop.views.run.chart import Chart, numbered
from desktop.views.run.legend import Legend
from desktop.views.run.plot import Line
from desktop.views.services import Services

_LINES = (
    Line("rank", "Rank it had", 5, 1.6, dashed=True),
    Line("rank99", "Rank that holds 99 %", 1, 1.4, mark="s"),
    Line("effective", "Effective rank", 0, 1.8, mark="o"),
)
_COLUMNS = (
    Column("Layer"),
    Column("Rank", 70, number=True),
    Column("Effective", 90, number=True),
    Column("Holds 90 %", 100, number=True),
    Column("Holds 99 %", 100, number=True),
    Column("Largest value", 120, number=True),
)


def open_ranks(services: Services, run: str, title: str, parent: QWidget) -> RankDialog:
    """Open the report of ``run`` over the window, which goes on working behind it; closed, the dialog is gone."""
    dialog = RankDialog(services.workbench, services.tasks, run, title, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setModal(True)
    dialog.open()
    return dialog


class RankDialog(QDialog):
    """The rank report of one run."""

    def __init__(
        self, workbench: WorkbenchClient, tasks: Tasks, run: str, title: str, parent: QWidget | None = None
    ) -> None:
        """Ask for the report of ``run``, which is called ``title``, at once."""
        super().__init__(parent)
        self._calls = Calls(workbench)
        self.setWindowTitle("Rank report")
        self.setAccessibleName("Rank report")
        self.resize(900, 640)
        self.chart = Chart("Rank by layer", _LINES, numbered, empty="The layers are being measured.")
        self.table = Table(_COLUMNS, row_height=28, name="Rank by layer", selectable=False)
        self.outcome = Banner("info", "The layers are being measured", "")
        self._varied = Text("The run gave each layer a rank of its own; the dashed line shows it.", "help", "text2")
        self._varied.hide()
        self._lay_out(title)
        self.finished.connect(lambda _result: self._calls.drop_all())
        loaded = tasks.run(lambda: importlib.import_module("pyqtgraph"))
        loaded.succeeded.connect(self._load)  # a method: once the dialog is gone it is not called
        self._calls.start("ranks", "rank_report", {"run": run}, succeeded=self._take, failed=self._fail)

    def _lay_out(self, title: str) -> None:
        self._plot = Card(padding=14)
        legend = QHBoxLayout()
        legend.addWidget(Legend(_LINES))
        legend.addStretch(1)
        self._plot.body.addLayout(legend)
        self._plot.body.addWidget(self.chart, 1)
        self._plot.body.addWidget(Text("Layers in the order of the model", "axis", "text2", wrap=False))
        self._numbers = Card(padding=1)
        self._numbers.body.addWidget(self.table)
        self._numbers.cover_corners()
        close = Button("Close", "primary")
        close.clicked.connect(self.accept)
        feet = QHBoxLayout()
        feet.addWidget(
            Text(
                "Effective rank: how many directions the change spreads over (Roy and Vetterli 2007).", "help", "text2"
            ),
            1,
        )
        feet.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("Rank report", "title", wrap=False))
        column.addWidget(Text(title, "body", "text2", elide=True))
        column.addWidget(self.outcome)
        column.addWidget(self._plot, 3)
        column.addWidget(self._varied)
        column.addWidget(self._numbers, 2)
        column.addLayout(feet)

    def _load(self, _module: object) -> None:
        self.chart.load()
        self.chart.redraw()

    def _take(self, report: dict[str, Any]) -> None:
        ranks = ranks_from(report)
        self.outcome.set("ok", ranks.sentence, "")
        self._show(ranks)

    def _show(self, ranks: Ranks) -> None:
        places = [float(place) for place in range(1, len(ranks.layers) + 1)]
        self.chart.set("rank", places, [float(layer.rank) for layer in ranks.layers])
        self.chart.set("rank99", places, [float(layer.rank99) for layer in ranks.layers])
        self.chart.set("effective", places, [layer.effective for layer in ranks.layers])
        self.chart.describe(ranks.sentence)
        self.chart.redraw()
        self._varied.setVisible(ranks.differ)
        self.table.set_rows([[Cell(text) for text in row] for row in ranks.rows])

    def _fail(self, error: UserError) -> None:
        self.outcome.set("info", error.message, error.hint)
        for card in (self._plot, self._numbers):
            card.hide()
