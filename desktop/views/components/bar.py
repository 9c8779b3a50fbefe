"""Bars: how far something is, and what a whole is made of; they know shares and colours, not memory or steps."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme


class Bar(QWidget):
    """A thin bar, 0 to 1, with an optional marker where a limit lies; values over 1 fill it whole.

    Attributes:
        value: the share that is filled.
        tone: the token it is filled with.
    """

    def __init__(
        self,
        value: float = 0.0,
        tone: str = "accent",
        *,
        marker: float | None = None,
        height: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        """Fill the share ``value``; ``marker`` draws a standing line at that share."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.value = value
        self.tone = tone
        self._marker = marker
        self._thick = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{round(100 * min(1.0, value))} %")
        self._theme.changed.connect(self.update)

    def set(self, value: float, tone: str | None = None, marker: float | None = None) -> None:
        """Show another share."""
        self.value, self.tone, self._marker = value, tone or self.tone, marker
        self.setAccessibleName(f"{round(100 * min(1.0, value))} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height, with room for a marker that stands out."""
        return QSize(80, self._thick + (8 if self._marker is not None else 0))

    def minimumSizeHint(self) -> QSize:
        """Return the least width that still shows a share."""
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove, the share and the marker."""
        painter = begin(self)
        theme = self._theme
        groove = QRectF(0, (self.height() - self._thick) / 2, self.width(), self._thick)
        edge = theme.color("line") if theme.tokens.name == "high_contrast" else None
        box(painter, groove, self._thick / 2, theme.color("surface" if edge else "line"), edge)
        share = max(0.0, min(1.0, self.value))
        if share > 0:
            done = QRectF(groove)
            done.setWidth(max(self._thick, groove.width() * share))
            box(painter, done, self._thick / 2, theme.color(self.tone))
        if self._marker is not None:
            place = groove.left() + groove.width() * max(0.0, min(1.0, self._marker))
            painter.fillRect(QRectF(round(place) - 1, 0, 2, self.height()), theme.color("text"))


@dataclass(frozen=True)
class BarPart:
    """One part of a stacked bar: its name, its size in the bar's unit and the colour (a token or ``#rrggbb``)."""

    label: str
    value: float
    color: str


class StackedBar(QWidget):
    """What a whole is made of, against a limit: parts with 2 px gaps, the limit as a line, the excess bracketed.

    Attributes:
        parts: what is stacked, from the left.
        limit: where the line stands, in the unit of the parts; ``None`` for no line.
        capacity: where the ground ends (the whole card), hatched between ``limit`` and it.
    """

    def __init__(
        self,
        parts: list[BarPart] | None = None,
        limit: float | None = None,
        *,
        capacity: float | None = None,
        unit: str = "GB",
        limit_label: str = "free now",
        capacity_label: str = "card",
        parent: QWidget | None = None,
    ) -> None:
        """Stack ``parts`` in ``unit``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._unit = unit
        self._labels = (limit_label, capacity_label)
        self.parts: list[BarPart] = []
        self.limit: float | None = None
        self.capacity: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.updateGeometry)
        self._theme.changed.connect(self.update)
        self.set(parts or [], limit, capacity)

    def set(
        self,
        parts: list[BarPart],
        limit: float | None = None,
        capacity: float | None = None,
        *,
        unit: str | None = None,
        capacity_label: str | None = None,
    ) -> None:
        """Stack other parts; ``unit`` and ``capacity_label`` stay as they are unless told."""
        self.parts, self.limit, self.capacity = parts, limit, capacity
        self._unit = unit or self._unit
        self._labels = (self._labels[0], capacity_label or self._labels[1])
        said = ", ".join(f"{part.label} {part.value:.2f} {self._unit}" for part in parts)
        end = f"; {self._labels[0]} {limit:.1f} {self._unit}" if limit is not None else ""
        self.setAccessibleName(said + end)
        self.update()

    @property
    def total(self) -> float:
        """The sum of all parts."""
        return sum(part.value for part in self.parts)

    def sizeHint(self) -> QSize:
        """Return room for the labels above, the bar and the axis below."""
        return QSize(320, self._theme.px(92))

    def minimumSizeHint(self) -> QSize:
        """Return the least width that can hold the axis."""
        return QSize(160, self._theme.px(92))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, parts, limit, bracket and axis."""
        painter = begin(self)
        px = self._theme.px
        span = max(self.total, self.limit or 0.0, self.capacity or 0.0) * 1.02 or 1.0
        scale = self.width() / span
        top, height = px(24), px(44)
        ground = QRectF(0, top, self.width(), height)
        edge = self._theme.color("line") if self._theme.tokens.name == "high_contrast" else None
        box(painter, ground, 6, self._theme.color("sunken"), edge)
        if self.limit is not None:
            end = self.capacity or max(self.total, self.limit)
            self._hatch(painter, QRectF(self.limit * scale, top, max(0.0, (end - self.limit) * scale), height))
        self._paint_parts(painter, scale, top + px(5), height - 2 * px(5))
        self._paint_limit(painter, scale, top, height)
        self._paint_axis(painter, scale, span, top + height + px(4))

    def _hatch(self, painter: QPainter, area: QRectF) -> None:
        brush = QBrush(self._theme.color("line2"), Qt.BrushStyle.BDiagPattern)
        painter.fillRect(area, brush)

    def _paint_parts(self, painter: QPainter, scale: float, top: float, height: float) -> None:
        metrics = QFontMetricsF(self._theme.font("head"))
        painter.setFont(self._theme.font("head"))
        left = 0.0
        for part in self.parts:
            width = part.value * scale
            color = self._theme.color(part.color)
            # 2 px gaps are taken from the part; a sliver keeps one pixel, so nothing vanishes.
            area = QRectF(left, top, max(1.0, width - 2), height)
            box(painter, area, min(4.0, area.width() / 2), color)
            words = f"{part.label} {part.value:.1f}"
            if metrics.horizontalAdvance(words) + 16 < area.width():
                painter.setPen(ink_on(color))
                flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                painter.drawText(area.adjusted(9, 0, 0, 0), flags, words)
            left += width

    def _paint_limit(self, painter: QPainter, scale: float, top: float, height: float) -> None:
        if self.limit is None:
            return
        place = min(self.limit * scale, self.width() - 1.0)
        color = self._theme.color
        painter.fillRect(QRectF(place - 1, top - 4, 2, height + 8), color("text"))
        painter.setFont(self._theme.font("strong"))
        metrics = QFontMetricsF(painter.font())
        words = f"{self._labels[0]} {self.limit:.1f}"
        width = metrics.horizontalAdvance(words)
        painter.setPen(color("text"))
        start = place - width - 4 if place > width + 4 else place + 6
        painter.drawText(QPointF(start, top - 8), words)
        if self.capacity is not None and (self.width() - place) > 4:
            painter.setFont(self._theme.font("help"))
            painter.setPen(color("text2"))
            said = f"{self._labels[1]} {self.capacity:.1f}"
            begin_at = self.width() - QFontMetricsF(painter.font()).horizontalAdvance(said) - 2
            if begin_at > place + 8:
                painter.drawText(QPointF(begin_at, top - 8), said)
        if self.total > self.limit:
            self._bracket(painter, place, self.total * scale, top + height + 8)

    def _bracket(self, painter: QPainter, left: float, right: float, y: float) -> None:
        color = self._theme.color("bad")
        painter.setPen(QPen(color, 1.5))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        for x in (left, right):
            painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
        painter.setFont(self._theme.font("strong"))
        words = f"{self.total - (self.limit or 0):.1f} {self._unit} too much"
        width = QFontMetricsF(painter.font()).horizontalAdvance(words)
        start = left - width - 8 if left > width + 8 else min(right + 8, self.width() - width)
        painter.fillRect(QRectF(start - 4, y - 8, width + 8, 18), self._theme.color("surface"))
        painter.drawText(QPointF(start, y + 5), words)

    def _paint_axis(self, painter: QPainter, scale: float, span: float, top: float) -> None:
        painter.setFont(self._theme.font("axis"))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self._theme.color("text2"))
        step = _nice_step(span)
        number, value = 0, 0.0
        bracket = (self.limit or 0) * scale - self._theme.px(130) if self.total > (self.limit or 1e18) else 1e9
        while value <= span:
            words = f"{value:g} {self._unit}" if number == 0 else f"{value:g}"
            width = metrics.horizontalAdvance(words)
            start = value * scale - (0 if number == 0 else width / 2)
            if start + width <= min(self.width(), bracket):
                painter.drawText(QPointF(start, top + metrics.ascent()), words)
            number += 1
            value = round(number * step, 6)


def ink_on(color: QColor) -> QColor:
    """Return black or white, whichever reads better on ``color``."""
    light = 0.299 * color.red() + 0.587 * color.green() + 0.114 * color.blue()
    return QColor("#14110D") if light > 120 else QColor("#FFFFFF")


def _nice_step(span: float) -> float:
    step = 1e-3
    for factor in (2, 2.5, 2) * 8:
        if span / step <= 7:
            return step
        step *= factor
    return step
