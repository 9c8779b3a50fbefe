"""Where data comes from: files dropped or chosen, imported before, or a sample that came along; it reads no file."""

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
from desktop.views.open_file import data_filter
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CARD
from desktop.views.wizard.choices import Choices
from desktop.views.wizard.data_shelf_list import ShelfList

_KINDS = {
    "chat": "questions and answers",
    "text": "plain text",
    "label": "texts with labels",
    "pair": "source and target",
    "preference": "preference pairs",
    "rated": "rated answers",
    "prompt": "questions alone",
}


class DropZone(QWidget):
    """A place to drop files on, with buttons for those who do not drag.

    Signals:
        files_chosen: the paths of files or folders, one data set together.
        hub_wanted: the data sets in the hub's cache are to be shown.
    """

    files_chosen = Signal(list)
    hub_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the place."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._over = False
        self.setAcceptDrops(True)
        self.file_button = Button("Choose files…", icon="file")
        self.folder_button = Button("Folder…", "ghost", "folder")
        self.hub_button = Button("Hub's cache…", "ghost", "download")
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(Text("Drop files here", "section"))
        words.addWidget(
            Text(
                "JSON, JSONL, CSV, TSV, Parquet, Arrow, text, PDF or DOCX. They stay where they are, unchanged.",
                "body",
                "text2",
            )
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 22, 20, 22)
        row.setSpacing(16)
        row.addWidget(Glyph("download", 26, "accent"))
        row.addLayout(words, 1)
        row.addWidget(self.hub_button)
        row.addWidget(self.folder_button)
        row.addWidget(self.file_button)
        self.setTabOrder(self.hub_button, self.folder_button)
        self.setTabOrder(self.folder_button, self.file_button)
        self.file_button.clicked.connect(self.choose_file)
        self.folder_button.clicked.connect(self.choose_folder)
        self.hub_button.clicked.connect(self.hub_wanted)
        self._theme.changed.connect(self.update)

    def choose_file(self) -> None:
        """Ask for one file or several."""
        paths = choose_files(self)
        if paths:
            self.files_chosen.emit(paths)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        path = QFileDialog.getExistingDirectory(self, "Choose a folder of texts")
        if path:
            self.files_chosen.emit([path])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed edge."""
        painter = begin(self)
        color = self._theme.color
        painter.setPen(QPen(color("accent" if self._over else "field"), 1.4, Qt.PenStyle.DashLine))
        painter.setBrush(color("accent_soft" if self._over else "surface"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_files(event):
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files dropped."""
        self._over = False
        self.update()
        paths = dropped_files(event)
        if paths:
            event.acceptProposedAction()
            self.files_chosen.emit(paths)


class DataStart(QWidget):
    """The drop zone, what was imported before, and the samples.

    Signals:
        files_chosen: the paths of files or folders, one data set together.
        hub_wanted: the data sets in the hub's cache are to be shown.
        forgotten: what was imported before under this id is to be dropped.
        left: nothing is to be chosen after all.
    """

    files_chosen = Signal(list)
    hub_wanted = Signal()
    forgotten = Signal(str)
    left = Signal()

    def __init__(self, samples: list[Sample], parent: QWidget | None = None) -> None:
        """Offer ``samples``."""
        super().__init__(parent)
        self.zone = DropZone()
        self.shelf = ShelfList()
        self.shelf.hide()
        self.back_button = Button("Back to the data", icon="arrow-left", size="small")
        self.back_button.hide()
        self.choices = Choices("Samples", columns=2)
        self.choices.set_cards([(str(sample.path), _card(sample)) for sample in samples])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self._purpose = Text("", "body", "text2", elide=True)
        self._purpose.hide()
        back = QHBoxLayout()
        back.setSpacing(12)
        back.addWidget(self.back_button)
        back.addWidget(self._purpose, 1)
        column.addLayout(back)
        column.addWidget(self.zone)
        column.addWidget(self.shelf)
        if samples:
            column.addSpacing(6)
            column.addWidget(Text("Or begin with a sample", "section"))
            column.addWidget(self.choices)
        column.addStretch(1)
        self.zone.files_chosen.connect(self.files_chosen)
        self.zone.hub_wanted.connect(self.hub_wanted)
        self.choices.chosen.connect(lambda path: self.files_chosen.emit([path]))
        self.shelf.opened.connect(lambda path: self.files_chosen.emit([path]))
        self.shelf.forgotten.connect(self.forgotten)
        self.back_button.clicked.connect(self.left)

    def show_purpose(self, words: str) -> None:
        """Say what is chosen for; without words, where there is nothing to go back to."""
        self.back_button.setVisible(bool(words))
        self._purpose.setVisible(bool(words))
        self._purpose.setText(words)


def choose_files(parent: QWidget) -> list[str]:
    """Ask for files and return them, none where nothing was chosen."""
    paths, _ = QFileDialog.getOpenFileNames(parent, "Choose data files", "", data_filter())
    return list(paths)


def dropped_files(event: QDropEvent) -> list[str]:
    """Return the files and folders in a drop, those that are there."""
    local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in local if Path(path).exists()]


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
