"""Data sets in the hub's cache on this disk, and a way to fetch one over the network; it fetches nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.bridge.data_shelf import DataShelf
from desktop.engine.errors import UserError
from desktop.flow.wizard_progress import Progress
from desktop.flow.wizard_shelf import HUB
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.empty import EmptyState
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table


class HubDialog(QDialog):
    """The list, and a line for a name.

    Signals:
        chosen: what a job file calls the data set that was chosen.
    """

    chosen = Signal(str)

    def __init__(self, shelf: DataShelf, parent: QWidget | None = None) -> None:
        """List what ``shelf`` finds; the network is used only when its button is pressed."""
        super().__init__(parent)
        self._shelf = shelf
        self.setWindowTitle("From the hub's cache")
        self.setAccessibleName("From the hub's cache")
        self.resize(640, 520)
        self.table = Table([Column("Data set"), Column("Size", 200)], name="Data sets in the hub's cache")
        self.name = QLineEdit()
        self.name.setPlaceholderText("owner/name")
        self.name.setAccessibleName("Name of a data set on the hub")
        self.fetch_button = Button("Fetch over the network", icon="download")
        self.trouble = Banner("info", "", "")
        self.trouble.hide()
        self.open_button = Button("Open", "primary")
        self.open_button.setEnabled(False)
        close = Button("Close")
        self._card = Card(padding=1)
        self._card.body.addWidget(self.table)
        self._card.cover_corners()
        self._none = EmptyState("data", "Nothing in the cache", "Data sets fetched from the hub are listed here.")
        fetch = QHBoxLayout()
        fetch.setSpacing(8)
        fetch.addWidget(self.name, 1)
        fetch.addWidget(self.fetch_button)
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addStretch(1)
        feet.addWidget(close)
        feet.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("From the hub's cache", "section"))
        column.addWidget(Text("Data sets that lie on this disk already. Nothing is fetched.", "body", "text2"))
        column.addWidget(self._card, 1)
        column.addWidget(self._none, 1)
        column.addWidget(Text("Or fetch one by its name. Only this button uses the network.", "body", "text2"))
        column.addLayout(fetch)
        column.addWidget(self.trouble)
        column.addLayout(feet)
        self.table.row_selected.connect(lambda place: self.open_button.setEnabled(place >= 0))
        self.table.doubleClicked.connect(lambda _index: self._open())
        self.open_button.clicked.connect(self._open)
        self.fetch_button.clicked.connect(self._fetch)
        self.name.returnPressed.connect(self._fetch)
        close.clicked.connect(self.reject)
        shelf.changed.connect(self._refresh)
        shelf.told.connect(self._tell)
        shelf.fetched.connect(self._on_fetched)
        shelf.failed.connect(self._on_failed)
        self.finished.connect(shelf.stop_fetching)
        shelf.look_at_hub()
        self._refresh()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        self._card.setVisible(bool(self._shelf.hub))
        self._none.setVisible(not self._shelf.hub)
        self.table.set_rows([[Cell(one.name, strong=True), one.words] for one in self._shelf.hub])

    def _open(self) -> None:
        place = self.table.currentIndex().row()
        if 0 <= place < len(self._shelf.hub):
            self.chosen.emit(self._shelf.hub[place].path)
            self.accept()

    def _fetch(self) -> None:
        name = self.name.text().strip().removeprefix(HUB)
        if name:
            self.fetch_button.setEnabled(False)
            self.trouble.set("info", f"Fetching {name}…", "")
            self.trouble.show()
            self._shelf.fetch(name)

    def _tell(self, progress: Progress) -> None:
        self.trouble.set("info", progress.words, "")

    def _on_fetched(self, name: str) -> None:
        self.chosen.emit(f"{HUB}{name}")
        self.accept()

    def _on_failed(self, error: UserError) -> None:
        self.fetch_button.setEnabled(True)
        self.trouble.set("bad", error.message, error.hint)
        self.trouble.show()
