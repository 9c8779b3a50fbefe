"""Data sets that were imported before, to open again or to forget; it knows no library."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.memory.sizes import MIB, size
from desktop.flow.wizard_shelf import ShelfSet
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.dialog import Answer, MessageDialog
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table

_MOST_IN_SIGHT = 6


class ShelfTable(Table):
    """The list itself: Enter opens, Delete forgets.

    Signals:
        deleted: Delete was pressed on that line.
    """

    deleted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Delete; everything else is as in any table."""
        if event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self.deleted.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


class ShelfList(QWidget):
    """Imported before, with the words around it.

    Signals:
        opened: the data set at this path is to be opened.
        forgotten: the data set with this id is to be dropped from the library.
    """

    opened = Signal(str)
    forgotten = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._sets: tuple[ShelfSet, ...] = ()
        self.table = ShelfTable(
            [Column("Name"), Column("Rows", 100, True), Column("Size", 90, True), Column("Imported", 150)],
            row_height=40,
            name="Imported before",
        )
        self.forget_button = Button("Forget…", "ghost", "trash", "small")
        self.forget_button.setEnabled(False)
        head = QHBoxLayout()
        head.addWidget(Text("Imported before", "section", wrap=False))
        head.addStretch(1)
        head.addWidget(self.forget_button)
        card = Card(padding=1)
        card.body.addWidget(self.table)
        card.cover_corners()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(card)
        self.table.opened.connect(self._open)
        self.table.deleted.connect(self._forget)
        self.table.row_selected.connect(lambda place: self.forget_button.setEnabled(place >= 0))
        self.forget_button.clicked.connect(lambda: self._forget(self.table.currentIndex().row()))

    def show_sets(self, sets: tuple[ShelfSet, ...]) -> None:
        """List ``sets``."""
        self._sets = sets
        self.setVisible(bool(sets))
        self.table.set_rows([_line(one) for one in sets])
        self.forget_button.setEnabled(self.table.currentIndex().isValid())
        head = self.table.height_of_all() - len(sets) * (self.table.rowHeight(0) if sets else 0)
        shown = min(_MOST_IN_SIGHT, len(sets))
        self.table.setFixedHeight(head + shown * (self.table.rowHeight(0) if sets else 0))

    def _open(self, place: int) -> None:
        if 0 <= place < len(self._sets) and self._sets[place].exists:
            self.opened.emit(self._sets[place].path)

    def _forget(self, place: int) -> None:
        if not 0 <= place < len(self._sets):
            return
        one = self._sets[place]
        lost = f" Your {one.edits:,} corrections to its rows are lost with it." if one.edits else ""
        answer = MessageDialog.ask(
            self,
            f"Forget {one.title}?",
            f"Fettle drops its imported copy.{lost} The file itself stays where it is.",
            (Answer("keep", "Keep", "primary"), Answer("forget", "Forget", "danger")),
            tone="warn",
        )
        if answer == "forget":
            self.forgotten.emit(one.id)


def _line(one: ShelfSet) -> list[Cell | str]:
    note = one.path if one.exists else f"{one.path} (no longer there)"
    weight = "text" if one.exists else "text3"
    amount = size(max(one.bytes, 1024) / MIB) if one.bytes else ""
    return [Cell(one.title, note=note, tone=weight, strong=True), f"{one.rows:,}", amount, one.imported]
