"""A message in the page: what happened, what is safe, one act; it knows no error type."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.components.button import Button
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CONTROL

_ICONS = {"info": "info", "warn": "warn", "bad": "cross", "ok": "check", "neutral": "info", "accent": "info"}


class Banner(QWidget):
    """A message with a tint and no edge.

    Signals:
        acted: its one button was pressed.
    """

    acted = Signal()

    def __init__(
        self, tone: str, title: str, text: str = "", action_text: str | None = None, parent: QWidget | None = None
    ) -> None:
        """Say ``title`` and ``text`` in ``tone``: ``info``, ``warn``, ``bad`` or ``ok``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._tone = tone
        self._icon = Glyph(_ICONS.get(tone, "info"), 18, tone if tone != "neutral" else "text2")
        self._title = Text(title, "strong", "text")
        self._text = Text(text, "help", "text2")
        self.button = Button(action_text or "", size="small")
        self.button.clicked.connect(self.acted)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._theme.changed.connect(self.update)
        self.set(tone, title, text, action_text)

    def set(self, tone: str, title: str, text: str = "", action_text: str | None = None) -> None:
        """Say something else."""
        self._tone = tone
        self._icon.set(_ICONS.get(tone, "info"), tone if tone != "neutral" else "text2")
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(action_text or "")
        self.button.setVisible(bool(action_text))
        self.setAccessibleName(f"{title} {text}".strip())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tint."""
        edge = self._theme.color(self._tone) if self._theme.tokens.name == "high_contrast" else None
        box(begin(self), self.rect(), RADIUS_CONTROL, self._theme.color(self._theme.tokens.soft(self._tone)), edge)
