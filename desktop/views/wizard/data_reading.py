"""A file on its way in: how far it is, how fast, how long still, and a way to stop it; it reads nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.flow.wizard_progress import Progress
from desktop.views.components.bar import Bar
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text


class ReadingCard(Card):
    """The progress of an import.

    Signals:
        cancelled: it is to end.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it at its beginning."""
        super().__init__(padding=14, parent=parent)
        self._words = Text("", "body", "text2", elide=True, tabular=True)
        self._share = Text("", "strong", "text", wrap=False, tabular=True)
        self._bar = Bar(0.0, height=6)
        self.cancel_button = Button("Cancel", size="small")
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self._share)
        line.addWidget(self._words, 1)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addLayout(line)
        words.addWidget(self._bar)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self.cancel_button)
        self.body.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.cancel_button.clicked.connect(self.cancelled)

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        share = progress.share
        self._share.setVisible(share is not None)
        self._bar.setVisible(share is not None)
        if share is not None:
            self._share.setText(f"{int(100 * share)} %")
            self._bar.set(share, "accent")
        self._words.setText(progress.words or "Reading…")
        self.setAccessibleName(f"{self._share.text() if share is not None else ''} {self._words.text()}".strip())
        self.cancel_button.setEnabled(True)
