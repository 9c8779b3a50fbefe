"""A file's texts and what the model says of each, as a table that can be saved; it asks nobody and writes nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.flow.tryout import Batch, Said
from desktop.views.components.bar import Bar
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.components.table import Cell, Column, Table

_COLUMNS = {
    "classification": (Column("Text"), Column("Label", 200), Column("Sure", 90, number=True)),
    "seq2seq": (Column("Text"), Column("Written")),
    "reward": (Column("Question"), Column("Answer"), Column("Reward", 110, number=True)),
}


class FileTable(Card):
    """The answers to a whole file.

    Attributes:
        table: one row a text, as they come; nothing before a file was opened.

    Signals:
        save_wanted: the answers are to be written.
        stop_wanted: no more answers are wanted.
        closed: the table is not needed any more.
    """

    save_wanted = Signal()
    stop_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(padding=16, parent=parent)
        self.table: Table | None = None
        self._use = ""
        self._cells: list[list[Cell]] = []
        self.title = Text("", "strong", elide=True)
        self.about = Text("", "help", "text2", wrap=False)
        self.stop = Button("Stop", icon="stop", size="small")
        self.save = Button("Save answers\N{HORIZONTAL ELLIPSIS}", icon="export", size="small")
        self.close_file = Button("Close", "ghost", size="small")
        self.bar = Bar(height=4)
        self.remark = Text("", "help", "warn")
        self.stop.clicked.connect(self.stop_wanted)
        self.save.clicked.connect(self.save_wanted)
        self.close_file.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.about)
        for button in (self.stop, self.save, self.close_file):
            head.addWidget(button)
        self.body.addLayout(head)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.remark)

    def show_batch(self, batch: Batch, use: str) -> None:
        """Show how far ``batch`` has come, for a model of this ``use``."""
        if self.table is None or use != self._use:
            self._replace(use)
        if len(self._cells) > len(batch.said):
            self._cells = []
        if self.table is not None and len(self._cells) != len(batch.said):
            self._cells += [_cells(said) for said in batch.said[len(self._cells) :]]
            self.table.set_rows(self._cells)
        self.title.setText(batch.file.name)
        self.about.setText(batch.words)
        self.remark.setText(batch.file.remark)
        self.remark.setVisible(bool(batch.file.remark))
        self.bar.set(len(batch.said) / max(1, len(batch.file.texts)))
        self.bar.setVisible(not batch.over)
        self.stop.setVisible(not batch.over)
        self.save.setEnabled(batch.over and bool(batch.said))

    def forget(self) -> None:
        """Start over with the next file."""
        self._replace("")

    def _replace(self, use: str) -> None:
        gone, self.table, self._use, self._cells = self.table, None, use, []
        if gone is not None:
            gone.hide()
            gone.deleteLater()
        if use in _COLUMNS:
            self.table = Table(_COLUMNS[use], row_height=34, name="Answers to the file", selectable=True)
            self.body.addWidget(self.table, 1)


def _cells(said: Said) -> list[Cell]:
    text = Cell(" ".join(said.text.split()))
    if said.reward is not None:
        return [Cell(" ".join(said.prompt.split()), tone="text2"), text, Cell(said.result, strong=True)]
    if said.shares:
        return [text, Cell(said.result, strong=True), Cell(said.note)]
    return [text, Cell(" ".join(said.result.split()) or "(no words)", strong=True)]
