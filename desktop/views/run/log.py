"""The newest lines the engine and its libraries printed, to read and to copy; it asks nothing and decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme


class Log(Card):
    """The end of the log.

    Signals:
        wanted: the newest lines should be read again.
        bundle_wanted: the user asked for a bundle of diagnostics.
    """

    wanted = Signal()
    bundle_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(padding=16, parent=parent)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Engine log")
        self._note = Text("", "help", "text2", elide=True)
        refresh = Button("Read again", "ghost", "refresh", "small")
        self.copy = Button("Copy", "ghost", "copy", "small")
        bundle = Button("Save diagnostics", "secondary", "save", "small")
        refresh.clicked.connect(self.wanted)
        self.copy.clicked.connect(self._copy)
        bundle.clicked.connect(self.bundle_wanted)
        head = QHBoxLayout()
        head.addWidget(Text("Engine log", "strong", wrap=False))
        head.addWidget(self._note, 1)
        for button in (refresh, self.copy, bundle):
            head.addWidget(button)
        self.body.addLayout(head)
        self.body.addWidget(self.text, 1)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def show_lines(self, lines: list[str]) -> None:
        """Show ``lines`` and stay at their end."""
        self.text.setPlainText("\n".join(lines))
        self.text.verticalScrollBar().setValue(self.text.verticalScrollBar().maximum())
        self._note.setText("" if lines else "nothing was printed yet")
        self.copy.setEnabled(bool(lines))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _restyle(self) -> None:
        self.text.setFont(Theme.instance_of(self).font("mono"))
