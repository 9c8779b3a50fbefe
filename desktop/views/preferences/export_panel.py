"""What became of an export: the file, what is in it, and where to go from there; it writes nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.preferences.export import Exported
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.segments import Segments


class ExportPanel(Card):
    """The saved file, its format, and the next step.

    Signals:
        format_chosen: save in this format instead.
        copy_asked: save a copy somewhere else.
        train_asked: go and train on the file.
        closed: put the panel away.
    """

    format_chosen = Signal(str)
    copy_asked = Signal()
    train_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it, hidden."""
        super().__init__(padding=14, parent=parent)
        self._headline = Text("", "strong", elide=True)
        self._left_out = Text("", "help", "text2")
        self._path = Text("", "mono", "text2", elide="middle")
        formats = (("dpo", "Pairs", ""), ("reward", "Conversations", ""), ("kto", "Thumbs", ""))
        self.formats = Segments(formats, "Format")
        self.formats.setToolTip("Pairs for DPO, whole conversations for a reward model, single thumbs for KTO")
        self.train = Button("Train on these", "primary", "arrow-right", trailing=True)
        copy = Button("Save a copy...", icon="save")
        close = Button("", "ghost", "cross")
        close.set_name("Close")
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._headline)
        words.addWidget(self._path)
        words.addWidget(self._left_out)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Glyph("check", 20, "ok"))
        row.addLayout(words, 1)
        for widget in (self.formats, copy, self.train, close):
            row.addWidget(widget)
        self.body.addLayout(row)
        for button in (copy, self.train, close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.formats.chosen.connect(self.format_chosen)
        copy.clicked.connect(self.copy_asked)
        self.train.clicked.connect(self.train_asked)
        close.clicked.connect(self.closed)
        self.hide()

    def show_export(self, exported: Exported, format: str) -> None:
        """Tell what was saved."""
        self._headline.setText(exported.headline)
        self._left_out.setText(exported.left_out)
        self._left_out.setVisible(bool(exported.left_out))
        self._path.setText(str(exported.path))
        self.formats.choose(format)
        self.train.setEnabled(format != "kto")
        self.train.setToolTip("No objective here learns from thumbs yet" if format == "kto" else "")
        self.show()
