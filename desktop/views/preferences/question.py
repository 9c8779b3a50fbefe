"""The question above the answers: as tall as it needs to be, up to a few lines, then it scrolls; it knows no pair."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views.components.scroll import ScrollArea
from desktop.views.preferences.answer import paragraph_text
from desktop.views.theme.theme import Theme

_TALLEST = 112


class Question(ScrollArea):
    """One question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show none."""
        super().__init__(parent=parent)
        self._theme = Theme.instance_of(self)
        self._text = paragraph_text("question")
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._text)
        column.addStretch(1)
        self.setWidget(page)
        self._theme.changed.connect(self._fit)

    def text(self) -> str:
        """Return the question."""
        return self._text.text()

    def setText(self, text: str) -> None:
        """Show ``text`` from its beginning."""
        if text != self._text.text():
            self._text.setText(text)
            self.setAccessibleName(f"Question: {text}")
            self.verticalScrollBar().setValue(0)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height the text has at the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = self._text.heightForWidth(max(100, self.viewport().width()))
        self.setFixedHeight(min(height, self._theme.px(_TALLEST)))
