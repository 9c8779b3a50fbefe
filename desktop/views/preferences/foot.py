"""The annotator's foot: the keys that are used most, a note while it is written, and what was saved last."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text

_KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Enter",), "next"),
    (("Space",), "scroll both"),
    (("S",), "skip"),
    (("Ctrl", "Z"), "undo"),
    (("N",), "note"),
    (("?",), "all keys"),
)
SAVED = "Saved after every judgement"


class Foot(QStackedWidget):
    """Key hints, or the line a note is written in.

    Signals:
        written: the note was finished with Enter.
        left: the note was left, finished or not; the keyboard should go back to the pair.
    """

    written = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the hints."""
        super().__init__(parent)
        hints = QWidget()
        row = QHBoxLayout(hints)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for keys, words in _KEYS:
            caps = QHBoxLayout()
            caps.setSpacing(4)
            for key in keys:
                caps.addWidget(Keycap(key))
            row.addLayout(caps)
            row.addWidget(Text(words, "help", "text2", wrap=False))
            row.addSpacing(12)
        row.addStretch(1)
        self._said = Text(SAVED, "help", "text2", wrap=False)
        row.addWidget(self._said)
        self._edit = QLineEdit()
        self._edit.setPlaceholderText("Why? Enter keeps the note, Esc leaves it as it was")
        self._edit.setAccessibleName("Note")
        self._edit.installEventFilter(self)
        note = QWidget()
        column = QVBoxLayout(note)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._edit)
        self.addWidget(hints)
        self.addWidget(note)
        self.setFixedHeight(max(hints.sizeHint().height(), note.sizeHint().height()))

    @property
    def writing(self) -> bool:
        """Whether a note is being written."""
        return self.currentIndex() == 1

    def say(self, words: str) -> None:
        """Show what the last act did."""
        self._said.setText(words or SAVED)

    def write_note(self, note: str) -> None:
        """Let a note be written, beginning with ``note``."""
        self._edit.setText(note)
        self.setCurrentIndex(1)
        self._edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter and Esc for the note; every other key is text."""
        if watched is self._edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.written.emit(self._edit.text())
                self._leave()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        return False

    def _leave(self) -> None:
        self.setCurrentIndex(0)
        self.left.emit()
