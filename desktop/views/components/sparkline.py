"""A curve small enough for a table row, and a ring for progress; they know numbers and not their meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme


def paint_sparkline(
    painter: QPainter, theme: Theme, rect: QRectF, values: Sequence[float], color: str, *, done: float = 1.0
) -> None:
    """Draw ``values`` into ``rect`` over a hairline, with a dot at the end; ``done`` is the share of the width used."""
    painter.setPen(QPen(theme.color("line2"), 1))
    base = math.floor(rect.bottom()) - 0.5
    painter.drawLine(QPointF(rect.left(), base), QPointF(rect.right(), base))
    points = [value for value in values if math.isfinite(value)]
    if not points:
        return
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    width = (rect.width() - 4) * max(0.05, min(1.0, done))
    step = width / max(1, len(points) - 1)
    top, height = rect.top() + 3, rect.height() - 8
    curve = QPolygonF(
        [
            QPointF(rect.left() + index * step, top + height * (high - value) / span)
            for index, value in enumerate(points)
        ]
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(color), 1.5, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(curve)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(color))
    painter.drawEllipse(curve.last(), 2.5, 2.5)


class Sparkline(QWidget):
    """A small curve without axes; its numbers are its accessible name."""

    def __init__(self, values: Sequence[float] = (), color: str = "", parent: QWidget | None = None) -> None:
        """Draw ``values`` in ``color``, the first line colour if none is given."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._color = color
        self._values: Sequence[float] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)
        self.set(values)

    def set(self, values: Sequence[float]) -> None:
        """Draw other values."""
        self._values = values
        said = f"from {values[0]:.3g} to {values[-1]:.3g}" if values else "no values yet"
        self.setAccessibleName(f"Curve, {said}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a table cell."""
        return QSize(100, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the curve."""
        color = self._color or self._theme.tokens.lines[0]
        paint_sparkline(begin(self), self._theme, QRectF(self.rect()), self._values, color)


class Ring(QWidget):
    """Progress as a ring.

    Attributes:
        value: the share that is done.
    """

    def __init__(self, value: float = 0.0, side: int = 28, parent: QWidget | None = None) -> None:
        """Draw the share ``value``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._side = side
        self.value = value
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)
        self.set(value)

    def set(self, value: float) -> None:
        """Draw another share."""
        self.value = value
        self.setAccessibleName(f"{round(100 * value)} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the square."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring, clockwise from the top."""
        painter = begin(self)
        side = min(self.width(), self.height())
        circle = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side).adjusted(2, 2, -2, -2)
        painter.setPen(QPen(self._theme.color("line2"), 3))
        painter.drawEllipse(circle)
        if self.value > 0:
            painter.setPen(QPen(self._theme.color("accent"), 3, c=Qt.PenCapStyle.RoundCap))
            painter.drawArc(circle, 90 * 16, -round(360 * 16 * min(1.0, self.value)))
