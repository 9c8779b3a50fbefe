"""A question or a message in a window of its own, in our look; it knows no error and no run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.components.button import Button, Kind
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text


@dataclass(frozen=True)
class Answer:
    """One way to answer: what the caller gets, the words on the button and its kind."""

    id: str
    words: str
    kind: Kind = "secondary"


class MessageDialog(QDialog):
    """Title, text and buttons.

    Attributes:
        answer: id of the button that closed it, empty when it was closed otherwise.
    """

    def __init__(
        self,
        title: str,
        text: str,
        answers: Sequence[Answer] = (Answer("close", "Close", "primary"),),
        *,
        hint: str = "",
        tone: str = "info",
        copies: str = "",
        footnote: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Ask; the first ``primary`` answer is what Enter gives. ``copies`` adds a button that copies that text."""
        super().__init__(parent)
        self.answer = ""
        self._copies = copies
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(480)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(Text(title, "section", selectable=False))
        for part, name in ((text, "text"), (hint, "text"), (footnote, "text2")):
            if part:
                words.addWidget(Text(part, "help" if part is footnote else "body", name, selectable=part is footnote))
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        icon = {"bad": "warn", "warn": "warn", "ok": "check"}.get(tone, "info")
        row.addWidget(Glyph(icon, 24, tone), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(20)
        column.addLayout(row, 1)
        column.addLayout(self._buttons(answers))

    @classmethod
    def ask(
        cls, parent: QWidget | None, title: str, text: str, answers: Sequence[Answer], *, tone: str = "info"
    ) -> str:
        """Show the question and return the id of the answer, empty when the dialog was closed without one."""
        dialog = cls(title, text, answers, tone=tone, parent=parent)
        dialog.exec()
        answer = dialog.answer
        dialog.deleteLater()
        return answer

    def choose(self, id: str) -> None:
        """Answer with ``id`` and close."""
        self.answer = id
        self.accept()

    def _buttons(self, answers: Sequence[Answer]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        if self._copies:
            copy = Button("Copy report", "ghost", "copy")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._copies))
            row.addWidget(copy)
        row.addStretch(1)
        for answer in answers:
            button = Button(answer.words, answer.kind)
            button.clicked.connect(lambda _=False, id=answer.id: self.choose(id))
            row.addWidget(button)
            if answer.kind == "primary":
                button.setDefault(True)
                button.setFocus()
        return row
