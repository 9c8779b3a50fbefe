"""A key as it looks on a keyboard, for hints; it knows no shortcut."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme


class Keycap(QWidget):
    """One key cap; ``large`` for the choices of the annotator.

    Attributes:
        key: what is written on it.
    """

    def __init__(self, key: str, *, large: bool = False, tone: str = "text2", parent: QWidget | None = None) -> None:
        """Draw the cap of ``key``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._large = large
        self._tone = tone
        self.key = key
        self.setAccessibleName(f"Key {key}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self._restyle)

    def set_tone(self, tone: str) -> None:
        """Draw the letter in another token: the accent on a chosen thing."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the cap."""
        height = self._theme.px(28 if self._large else 22)
        return QSize(max(height, cap_width(self._theme, self.key)), height)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cap."""
        role = "section" if self._large else "head"
        paint_cap(begin(self), self._theme, QRectF(self.rect()), self.key, role=role, tone=self._tone)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


def cap_width(theme: Theme, key: str) -> int:
    """Return the width of the small cap of ``key``: square for a letter."""
    words = QFontMetricsF(theme.font("head")).horizontalAdvance(key)
    return max(theme.px(20), round(words) + theme.px(12))


def paint_cap(
    painter: QPainter, theme: Theme, rect: QRectF, key: str, *, role: str = "head", tone: str = "text2"
) -> None:
    """Draw a cap with its 2 px lower edge into ``rect``."""
    edge = theme.color("accent_line" if tone == "accent" else "line2")
    box(painter, rect, 4, edge)
    face = rect.adjusted(0, 0, 0, -2)
    box(painter, face, 4, theme.color("surface"), edge)
    painter.setFont(theme.font(role))
    painter.setPen(theme.color(tone))
    painter.drawText(face, int(Qt.AlignmentFlag.AlignCenter), key)
