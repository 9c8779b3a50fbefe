"""Where data comes from: a file dropped or chosen, or a sample that came along; it reads no file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.wizard_samples import Sample
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CARD
from desktop.views.wizard.choices import Choices

_KINDS = {
    "chat": "questions and answers",
    "text": "plain text",
    "label": "texts with labels",
    "pair": "source and target",
    "preference": "preference pairs",
}
_FILTER = (
    "Data (*.json *.jsonl *.ndjson *.csv *.tsv *.parquet *.arrow *.feather *.txt *.md *.gz *.zst *.yaml *.yml);;"
    "All files (*)"
)


class DropZone(QWidget):
    """A place to drop a file on, with buttons for those who do not drag.

    Signals:
        file_chosen: the path of a file or folder.
    """

    file_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the place."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._over = False
        self.setAcceptDrops(True)
        self.file_button = Button("Choose a file…", icon="file")
        self.folder_button = Button("Folder of texts…", "ghost", "folder")
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(Text("Drop a file here", "section"))
        words.addWidget(
            Text(
                "JSON, JSONL, CSV, TSV, Parquet, Arrow or text. It stays where it is and is not changed.",
                "body",
                "text2",
            )
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 22, 20, 22)
        row.setSpacing(16)
        row.addWidget(Glyph("download", 26, "accent"))
        row.addLayout(words, 1)
        row.addWidget(self.folder_button)
        row.addWidget(self.file_button)
        self.file_button.clicked.connect(self.choose_file)
        self.folder_button.clicked.connect(self.choose_folder)
        self._theme.changed.connect(self.update)

    def choose_file(self) -> None:
        """Ask for a file."""
        path, _ = QFileDialog.getOpenFileName(self, "Choose a data file", "", _FILTER)
        if path:
            self.file_chosen.emit(path)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        path = QFileDialog.getExistingDirectory(self, "Choose a folder of texts")
        if path:
            self.file_chosen.emit(path)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed edge."""
        painter = begin(self)
        color = self._theme.color
        painter.setPen(QPen(color("accent" if self._over else "field"), 1.4, Qt.PenStyle.DashLine))
        painter.setBrush(color("accent_soft" if self._over else "surface"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_file(event):
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file dropped."""
        self._over = False
        self.update()
        path = dropped_file(event)
        if path:
            event.acceptProposedAction()
            self.file_chosen.emit(path)


class DataStart(QWidget):
    """The drop zone and the samples.

    Signals:
        file_chosen: the path of a file or folder.
    """

    file_chosen = Signal(str)

    def __init__(self, samples: list[Sample], parent: QWidget | None = None) -> None:
        """Offer ``samples``."""
        super().__init__(parent)
        self.zone = DropZone()
        self.choices = Choices("Samples", columns=2)
        self.choices.set_cards([(str(sample.path), _card(sample)) for sample in samples])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.zone)
        if samples:
            column.addSpacing(6)
            column.addWidget(Text("Or begin with a sample", "section"))
            column.addWidget(self.choices)
        column.addStretch(1)
        self.zone.file_chosen.connect(self.file_chosen)
        self.choices.chosen.connect(self.file_chosen)


def dropped_file(event: QDropEvent) -> str:
    """Return the path of the first file in a drop, empty where there is none."""
    urls = event.mimeData().urls()
    local = [url.toLocalFile() for url in urls if url.isLocalFile()]
    return local[0] if local and Path(local[0]).exists() else ""


def _card(sample: Sample) -> Card:
    card = Card(padding=16, clickable=True)
    head = QHBoxLayout()
    head.setSpacing(10)
    head.addWidget(Glyph("data", 17, "accent"))
    head.addWidget(Text(sample.title, "strong", elide=True), 1)
    head.addWidget(Text(_KINDS.get(sample.kind, sample.kind), "help", "text2", wrap=False))
    card.body.addLayout(head)
    card.body.addWidget(Text(sample.sentence, "body", "text2"))
    card.body.addStretch(1)
    card.setAccessibleName(f"Sample: {sample.title}. {sample.sentence}")
    return card
