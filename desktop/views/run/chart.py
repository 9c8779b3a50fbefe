"""A plot of some values over others, drawn by pyqtgraph once that is loaded; it knows lines and not what they mean.

Beside the plot of a run, whose axis is always the steps of a plan, this one has any axis, a logarithmic one too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.label import Text
from desktop.views.run.axis import padded, tick_text, ticks
from desktop.views.run.plot import AXIS_HEIGHT, AXIS_WIDTH, SHAPES, Line, line_color
from desktop.views.theme.theme import Theme

XTicks = Callable[[float, float], Sequence[tuple[float, str]]]


def decades(low: float, high: float) -> list[tuple[float, str]]:
    """Return the powers of ten between ``low`` and ``high``, given as logarithms, with their words."""
    return [(float(place), f"1e{place}") for place in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]


def numbered(low: float, high: float) -> list[tuple[float, str]]:
    """Return round numbers between ``low`` and ``high`` with their words; places between two of what is counted not."""
    places = [place for place in ticks(low, high, 6) if place == round(place)]
    return [(place, f"{place:,.0f}") for place in places]


class Chart(QWidget):
    """Curves over one axis, and one upright mark; empty until :meth:`load`.

    Attributes:
        data: the points last given, by line.
        mark: where the upright mark stands, ``None`` for nowhere.
    """

    def __init__(
        self, name: str, lines: Sequence[Line], x_ticks: XTicks, *, empty: str = "", parent: QWidget | None = None
    ) -> None:
        """Get ready to plot ``lines``; ``name`` is what assistive technology calls it, ``x_ticks`` names the axis."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.lines = tuple(lines)
        self.data: dict[str, tuple[list[float], list[float]]] = {}
        self.mark: float | None = None
        self._x_ticks = x_ticks
        self._canvas: Any = None
        self._items: dict[str, Any] = {}
        self._mark_item: Any = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._empty = Text(empty, "help", "text2", align=Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(self._empty)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setAccessibleName(name)
        self._theme.changed.connect(self._restyle)

    def load(self) -> None:
        """Build the canvas; pyqtgraph is imported here, which is quick where it was imported before."""
        if self._canvas is not None:
            return
        import pyqtgraph

        canvas = pyqtgraph.PlotWidget(self)
        canvas.setFrameShape(canvas.Shape.NoFrame)
        canvas.setMenuEnabled(False)
        canvas.setMouseEnabled(False, False)
        canvas.hideButtons()
        canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        plot = canvas.getPlotItem()
        plot.ctrlMenu.deleteLater()  # never shown; its windows would live as long as Python remembers the plot
        plot.ctrlMenu = None
        for side in ("left", "bottom"):
            plot.getAxis(side).setStyle(tickLength=0, autoExpandTextSpace=False, tickTextOffset=8)
        for line in self.lines:
            self._items[line.id] = pyqtgraph.PlotDataItem(connect="finite", antialias=True)
            canvas.addItem(self._items[line.id])
        self._mark_item = pyqtgraph.InfiniteLine(angle=90)
        canvas.addItem(self._mark_item, ignoreBounds=True)
        self._canvas = canvas
        canvas.hide()
        self._column.addWidget(canvas)
        self._restyle()

    def set(self, id: str, xs: Sequence[float], ys: Sequence[float | None]) -> None:
        """Give the points of a line; a value that is none is a gap. Nothing is drawn before :meth:`redraw`."""
        self.data[id] = (list(xs), [math.nan if y is None else y for y in ys])

    def describe(self, sentence: str) -> None:
        """Say in words what the plot shows."""
        self.setAccessibleDescription(sentence)

    def redraw(self) -> None:
        """Draw what was given."""
        if self._canvas is None:
            return
        points = [(x, y) for xs, ys in self.data.values() for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
        self._canvas.setVisible(bool(points))
        self._empty.setVisible(not points)
        for line in self.lines:
            xs, ys = self.data.get(line.id, ([], []))
            self._items[line.id].setData(xs, ys)
        self._mark_item.setVisible(self.mark is not None)
        self._mark_item.setValue(self.mark if self.mark is not None else 0.0)
        if not points:
            return
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        low, high = padded(min(y for _, y in points), max(y for _, y in points))
        span = (right - left) or 1.0
        self._canvas.setRange(
            xRange=(left - 0.03 * span, right + 0.03 * span), yRange=(low, high), padding=0, disableAutoRange=True
        )
        plot, places = self._canvas.getPlotItem(), ticks(low, high, 5)
        step = places[1] - places[0] if len(places) > 1 else 1.0
        plot.getAxis("left").setTicks([[(place, tick_text(place, step)) for place in places]])
        plot.getAxis("bottom").setTicks([list(self._x_ticks(left, right))])

    def _restyle(self) -> None:
        if self._canvas is None:
            return
        ground = self._theme.color("surface")
        self._canvas.setBackground(ground)
        plot = self._canvas.getPlotItem()
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setTickFont(self._theme.font("axis"))
            axis.setTextPen(self._theme.color("text2"))
            axis.setPen(_pen(ground, 1))
            axis.setTickPen(_pen(ground, 1))  # no pen at all still leaves dots
        plot.getAxis("left").setWidth(self._theme.px(AXIS_WIDTH))
        plot.getAxis("bottom").setHeight(self._theme.px(AXIS_HEIGHT))
        self._mark_item.setPen(_pen(self._theme.color("accent"), 2))
        for line in self.lines:
            self._dress(line)
        self.redraw()

    def _dress(self, line: Line) -> None:
        pen, item = _pen(line_color(self._theme, line), line.width), self._items[line.id]
        if line.dashed:
            pen.setDashPattern([4, 3])
        item.setPen(pen)
        if line.mark in SHAPES:
            item.setSymbol(line.mark)
            item.setSymbolSize(7)
            item.setSymbolPen(pen)
            item.setSymbolBrush(self._theme.color("surface"))


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)  # else the width counts in the axes' units
    return pen
