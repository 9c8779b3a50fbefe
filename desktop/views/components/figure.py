"""One number with its caption and what it means; it knows no metric."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.label import Text


class Figure(QWidget):
    """Caption above, number and note on one line below."""

    def __init__(
        self,
        caption: str,
        value: str = "\N{EN DASH}",
        note: str = "",
        *,
        below: bool = False,
        tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        """Show ``value``; ``below`` puts the note under the number instead of beside it."""
        super().__init__(parent)
        self._caption = Text(caption, "help", "text2", elide=True)
        self._value = Text(value, "figure", tone, wrap=False)
        self._note = Text(note, "help", "text2", elide=True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._caption)
        if below:
            column.addWidget(self._value)
            column.addWidget(self._note)
        else:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(self._value)
            self._note.setContentsMargins(0, 0, 0, 3)  # on the number's base line
            row.addWidget(self._note, 1, Qt.AlignmentFlag.AlignBottom)
            column.addLayout(row)
        self._name()

    def set(self, value: str, note: str | None = None, tone: str | None = None, *, caption: str = "") -> None:
        """Show another number; what stays as it is costs nothing."""
        self._value.setText(value)
        if caption:
            self._caption.setText(caption)
        if note is not None:
            self._note.setText(note)
        if tone is not None:
            self._value.set_tone(tone)
        self._name()

    def _name(self) -> None:
        parts = (self._caption.text(), self._value.text(), self._note.text())
        self.setAccessibleName(" ".join(part for part in parts if part))
