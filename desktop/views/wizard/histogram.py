"""A small histogram of row lengths with the longest length as a line; it knows counts and no tokens."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme

_SHORTEST = 8  # what a limit is dragged to at least
_ROUND = 8  # a limit dragged by hand comes to rest on a multiple of this
_NEAR = 8.0  # pixels beside the line that still take hold of it


class Histogram(QWidget):
    """Bars over length; bars beyond the limit have another colour.

    Signals:
        limit_dragged: the limit was dragged to that length and let go.
    """

    limit_dragged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._edges: tuple[int, ...] = ()
        self._counts: tuple[int, ...] = ()
        self._limit = 0
        self._dragged: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(self._theme.px(112))
        self.setMouseTracking(True)
        self._theme.changed.connect(self.update)

    def set(self, edges: tuple[int, ...], counts: tuple[int, ...], limit: int, said: str) -> None:
        """Show ``counts`` between ``edges``; ``said`` is the same in words."""
        self.setAccessibleName(said)
        if self._dragged is None and (edges, counts, limit) != (self._edges, self._counts, self._limit):
            self._edges, self._counts, self._limit = edges, counts, limit
            self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(260, self._theme.px(128))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw grid, bars, axis and limit."""
        if len(self._edges) < 2 or not any(self._counts):
            return
        painter = begin(self)
        theme = self._theme
        painter.setFont(theme.font("axis"))
        metrics = QFontMetricsF(painter.font())
        most = max(self._counts)
        area, end = self._area()
        scale = area.width() / end
        limit = self._limit if self._dragged is None else self._dragged
        self._grid(painter, metrics, area, most)
        tall = area.height() / (most * 1.06)
        for low, high, count in zip(self._edges, self._edges[1:], self._counts, strict=False):
            if count:
                height = max(1.5, count * tall)
                bar = QRectF(
                    area.left() + low * scale, area.bottom() - height, max(1.0, (high - low) * scale - 1), height
                )
                painter.fillRect(bar, theme.color(theme.tokens.lines[1 if low >= limit else 0]))
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.color("line2"))
        self._axis(painter, metrics, area, end, scale)
        self._line(painter, area, scale, limit)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the limit."""
        if event.button() == Qt.MouseButton.LeftButton and self._near(event.position().x()):
            self._dragged = self._limit

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the limit where the pointer is."""
        x = event.position().x()
        if self._dragged is None:
            near = self._near(x)
            self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
            return
        area, end = self._area()
        length = (x - area.left()) / area.width() * end
        self._dragged = max(_SHORTEST, min(end, _ROUND * round(length / _ROUND)))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the limit go."""
        dragged, self._dragged = self._dragged, None
        if dragged is not None and dragged != self._limit:
            self._limit = dragged
            self.update()
            self.limit_dragged.emit(dragged)

    def _near(self, x: float) -> bool:
        if len(self._edges) < 2 or not any(self._counts):
            return False
        area, end = self._area()
        return abs(x - area.left() - self._limit * area.width() / end) <= _NEAR

    def _area(self) -> tuple[QRectF, int]:
        """Return where the bars stand, and the length at its right end."""
        theme = self._theme
        metrics = QFontMetricsF(theme.font("axis"))
        left = metrics.horizontalAdvance(f"{max(self._counts):,}") + 10
        tall = self.height() - theme.px(20) - metrics.height() - 6
        area = QRectF(left, theme.px(20), self.width() - left - 4, tall)
        return area, max(self._edges[-1], round(self._limit * 1.06))

    def _grid(self, painter: QPainter, metrics: QFontMetricsF, area: QRectF, most: int) -> None:
        theme = self._theme
        step = nice_step(most, 3)
        value = step
        while value <= most:
            y = area.bottom() - value * area.height() / (most * 1.06)
            painter.fillRect(QRectF(area.left(), round(y), area.width(), 1), theme.color("line"))
            painter.setPen(theme.color("text2"))
            words = f"{value:,}"
            painter.drawText(
                QPointF(area.left() - metrics.horizontalAdvance(words) - 6, y + metrics.ascent() / 2), words
            )
            value += step

    def _axis(self, painter: QPainter, metrics: QFontMetricsF, area: QRectF, end: int, scale: float) -> None:
        step = nice_step(end, 4, tokens=True)
        painter.setPen(self._theme.color("text2"))
        value = step
        while value <= end:
            words = f"{value:,}"
            x = area.left() + value * scale - metrics.horizontalAdvance(words) / 2
            if x + metrics.horizontalAdvance(words) <= self.width():
                painter.drawText(QPointF(x, area.bottom() + metrics.ascent() + 4), words)
            value += step

    def _line(self, painter: QPainter, area: QRectF, scale: float, limit: int) -> None:
        theme = self._theme
        x = area.left() + limit * scale
        painter.fillRect(QRectF(round(x) - 1, theme.px(4), 2, area.bottom() - theme.px(4)), theme.color("text"))
        painter.setFont(theme.font("head"))
        words = f"max length {limit:,}"
        wide = QFontMetricsF(painter.font()).horizontalAdvance(words)
        place = (
            QRectF(x - wide - 6, 0, wide + 2, theme.px(16))
            if x > wide + 8
            else QRectF(x + 6, 0, wide + 2, theme.px(16))
        )
        painter.fillRect(place, theme.color("surface"))
        painter.setPen(theme.color("text"))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), words)


def nice_step(end: int, parts: int, *, tokens: bool = False) -> int:
    """Return a round step that divides ``end`` into about ``parts``; powers of two for token counts."""
    step = 1
    factors = (2, 2, 2) if tokens else (2, 5 / 2, 2)
    place = 0
    while end / step > parts + 0.5:
        step = round(step * factors[place % 3])
        place += 1
    return max(1, step)
