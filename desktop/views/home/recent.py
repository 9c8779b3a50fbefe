"""The newest runs as a table with a small curve each; it opens none itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.home import RecentRun
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.empty import EmptyState
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table
from desktop.views.run.status import chip_look
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import ROW_LIST

_COLUMNS = (
    Column("Run"),
    Column("Loss", 132),
    Column("Status", 216),
    Column("Validation", 110, number=True),
    Column("When", 124, number=True),
    Column("", 44),
)
_LOSS, _VALIDATION = 1, 3


class RecentRuns(QWidget):
    """Title, table, and the way to all runs.

    Signals:
        opened: a run was chosen; carries its folder's name.
        all_wanted: all runs are wanted.
    """

    opened = Signal(str)
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the table, empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._folders: list[str] = []
        self._all = Button("All runs", "link", "chevron-right", trailing=True)
        self._all.clicked.connect(self.all_wanted)
        head = QHBoxLayout()
        head.addWidget(Text("Recent runs", "section"))
        head.addStretch(1)
        head.addWidget(self._all)
        self.table = Table(_COLUMNS, row_height=ROW_LIST, padding=20, name="Recent runs", selectable=False)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.opened.connect(lambda row: self.opened.emit(self._folders[row]))
        self._empty = EmptyState(
            "runs", "No runs yet", "Every fine-tune you start is listed here, with its loss and how it ended."
        )
        self._empty.setMinimumHeight(200)
        self._card = Card(padding=1)
        self._card.body.setSpacing(0)
        self._card.body.addWidget(self.table)
        self._card.body.addWidget(self._empty)
        self._card.cover_corners()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._card)
        self._theme.changed.connect(self._fit)
        self.show_runs([], 0)

    def show_runs(self, runs: Sequence[RecentRun], count: int) -> None:
        """Show ``runs`` of ``count`` in all."""
        self._folders = [run.folder for run in runs]
        self.table.set_rows([_row(run, self._theme) for run in runs])
        self.table.setVisible(bool(runs))
        self._empty.setVisible(not runs)
        self._all.setText(f"All {count:,} runs" if count > 1 else "All runs")
        self._all.setVisible(bool(runs))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out columns when large text leaves no room for the name."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        px = self._theme.px
        self.table.setColumnHidden(_LOSS, self.width() < px(720))
        self.table.setColumnHidden(_VALIDATION, self.width() < px(600))
        self.table.setFixedHeight(self.table.height_of_all())


def _row(run: RecentRun, theme: Theme) -> list[Cell]:
    lines = theme.tokens.lines
    tone, icon = chip_look(run.state)
    color = {"warn": lines[4], "bad": lines[1]}.get(tone, lines[0])
    return [
        Cell(run.name, run.note, strong=True),
        Cell(curve=run.curve, curve_color=color, done=run.done),
        Cell(run.status, chip=tone, icon=icon),
        Cell(run.validation, tone="text"),
        Cell(run.when, tone="text2"),
        Cell(icon="chevron-right", tone="text2"),
    ]
