"""A standing part of the wizard's frame: its ground, one hairline, a column to fill; it knows no content."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views.theme.theme import Theme


class Pane(QWidget):
    """A column with a ground of its own.

    Attributes:
        column: the layout to fill.
    """

    def __init__(self, ground: str, line: Literal["left", "right"], parent: QWidget | None = None) -> None:
        """Paint the token ``ground`` and a hairline at the side ``line``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._ground = ground
        self._line = line
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 24, 20, 20)
        self.column.setSpacing(0)
        self._theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and hairline."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(self._ground))
        place = 0 if self._line == "left" else self.width() - 1
        painter.fillRect(QRect(place, 0, 1, self.height()), self._theme.color("line"))
