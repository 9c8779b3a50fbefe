"""A hairline, lying or standing; it knows nothing else."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.theme.theme import Theme


class Divider(QWidget):
    """One line of one pixel in the token ``line``."""

    def __init__(self, *, vertical: bool = False, tone: str = "line", parent: QWidget | None = None) -> None:
        """Make a lying line, or a standing one."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._tone = tone
        fixed, grows = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if vertical:
            self.setFixedWidth(1)
            self.setSizePolicy(fixed, grows)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(grows, fixed)
        self._theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        QPainter(self).fillRect(self.rect(), self._theme.color(self._tone))
