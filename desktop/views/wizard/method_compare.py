"""What each method reached when it was tried on the starter model: the stored table, shown; it tries nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.memory.sizes import count, share, size
from desktop.flow import amounts
from desktop.flow.method_table import MethodRow, MethodTable, stored_table
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.empty import EmptyState
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table

COMMAND = "fettle compare_methods"
_COLUMNS = (
    Column("Method", 190),
    Column("Trained", 90, number=True),
    Column("Share", 76, number=True),
    Column("Memory predicted", 124, number=True),
    Column("Measured", 88, number=True),
    Column("Seconds", 76, number=True),
    Column("Loss before", 100, number=True),
    Column("Loss after", 100, number=True),
    Column("What came of it"),
)


class CompareDialog(QDialog):
    """The table, or how to make it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the table stored in the workspace."""
        super().__init__(parent)
        self.setWindowTitle("All methods compared")
        self.setAccessibleName("All methods compared")
        self.resize(1120, 640)
        self.table = Table(_COLUMNS, row_height=36, name="All methods, as measured on the starter model")
        self._card = Card(padding=1)
        self._card.body.addWidget(self.table)
        self._card.cover_corners()
        self.none = EmptyState(
            "scale",
            "No table was made here yet",
            f"Each method is tried on the starter model for some seconds by this command: {COMMAND}",
            "Copy the command",
        )
        self.source = Text("", "help", "text2")
        close = Button("Close", "primary")
        feet = QHBoxLayout()
        feet.addWidget(self.source, 1)
        feet.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("All methods compared", "title", wrap=False))
        column.addWidget(
            Text(
                "Each with its own defaults on the starter model and its sample. The loss is that of rows held out: "
                "what fell was learned. A model this small says little of how methods stand on a large one.",
                "body",
                "text2",
            )
        )
        column.addWidget(self._card, 1)
        column.addWidget(self.none, 1)
        column.addLayout(feet)
        close.clicked.connect(self.accept)
        self.none.acted.connect(lambda: QGuiApplication.clipboard().setText(COMMAND))
        self.show_table(stored_table())

    def show_table(self, table: MethodTable | None) -> None:
        """Show ``table``, or what to do where there is none."""
        self._card.setVisible(table is not None)
        self.none.setVisible(table is None)
        if table is None:
            self.source.setText("")
            return
        ran = [row for row in table.rows if row.loss_after is not None]
        refused = [row for row in table.rows if row.loss_after is None]
        self.table.set_rows([*(_tried(row) for row in ran), *(_refused(row) for row in refused)])
        fell = sum(row.learned for row in ran)
        self.source.setText(f"The loss fell for {fell} of {len(ran)} methods. Measured on {table.machine}.")
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _tried(row: MethodRow) -> list[Cell]:
    return [
        Cell(row.title, strong=True),
        Cell(count(row.trainable)),
        Cell(share(row.trainable, row.total)),
        Cell(size(row.predicted_mib)),
        Cell(size(row.measured_mib)),
        Cell(f"{row.seconds:.1f}"),
        Cell(amounts.loss(row.loss_before)),
        Cell(amounts.loss(row.loss_after), strong=True),
        Cell("Learned", chip="ok") if row.learned else Cell("Did not learn", chip="warn"),
    ]


def _refused(row: MethodRow) -> list[Cell]:
    return [Cell(row.title, tone="text2"), *(Cell() for _ in range(7)), Cell(row.refusal, tone="text2")]
