"""Where a text to be tried is written; it knows nobody who answers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class TryEdit(QPlainTextEdit):
    """Where a text is written; Tab goes on to the next control, Ctrl+Enter is the panel's."""

    def __init__(self, name: str, hint: str, parent: QWidget | None = None) -> None:
        """Call it ``name``; ``hint`` stands in it while it is empty."""
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Ctrl+Enter to the panel."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        super().keyPressEvent(event)
