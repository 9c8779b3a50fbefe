"""One plot over the steps of a run, drawn by pyqtgraph once that is loaded; it knows lines and not what they mean."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.label import Text
from desktop.views.run.axis import padded, thirds, tick_text, ticks
from desktop.views.run.thin import thinned
from desktop.views.theme.theme import Theme

AXIS_WIDTH = 46
AXIS_HEIGHT = 22
SHAPES = ("o", "s", "t", "t1", "d", "p")
LARGEST = 1e30  # what lies beyond cannot be turned into a place on the screen
FAINT = 0.42  # share of a faint line's own colour
SMOOTH = 300  # points up to which a line is drawn without steps, which takes eight times as long
KEPT = 0.7  # the share of the range that new values must fill for it to stay


@dataclass(frozen=True)
class Line:
    """One line of a plot.

    Attributes:
        id: names it.
        label: its word in the legend.
        color: a token's name, or the place of a colour among the theme's lines.
        width: of the pen.
        dashed: for what is planned or predicted.
        faint: mixed half into the card: for raw values behind their eased ones.
        mark: a shape drawn hollow on its points (``o``, ``s``, ``t``, ``t1``, ``d``, ``p``), ``end`` for a dot at its
            newest point, ``spike`` for filled triangles without a line.
        level: one value across the whole plot instead of a curve.
    """

    id: str
    label: str
    color: str | int
    width: float = 2.0
    dashed: bool = False
    faint: bool = False
    mark: str = ""
    level: bool = False


def line_color(theme: Theme, line: Line) -> QColor:
    """Return the colour ``line`` has in the theme of the moment."""
    color = theme.color(theme.tokens.lines[line.color] if isinstance(line.color, int) else line.color)
    if not line.faint:
        return color
    return _mixed(color, theme.color("surface"))


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)  # else the width counts in steps and losses
    return pen


def _mixed(color: QColor, ground: QColor) -> QColor:
    return QColor(*(round(FAINT * a + (1 - FAINT) * b) for a, b in zip(_rgb(color), _rgb(ground), strict=True)))


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


class Plot(QWidget):
    """Curves and levels over the whole plan of a run; empty until :meth:`load`.

    Attributes:
        lines: what it can show.
        data: the points last given, by line.
    """

    def __init__(
        self,
        name: str,
        lines: Sequence[Line],
        *,
        steps_shown: bool = True,
        value_text: Callable[[float, float], str] = tick_text,
        about: int = 4,
        whole: tuple[float, float] | None = None,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Get ready to plot ``lines``; ``name`` is what assistive technology calls the plot.

        Args:
            name: the plot's name.
            lines: its lines, the later over the earlier.
            steps_shown: whether the steps are written under it.
            value_text: writes a tick, given its value and the distance between ticks.
            about: how many ticks stand beside it.
            whole: values that are always in sight, such as 0 and 1 of a share.
            empty: said while there is nothing to draw.
            parent: the owner.
        """
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.lines = tuple(lines)
        self.data: dict[str, tuple[array[int], array[float]]] = {}
        self.levels: dict[str, float] = {}
        self._scales: dict[str, float] = {}
        self._total = 0
        self._steps_shown = steps_shown
        self._value_text = value_text
        self._about = about
        self._whole = whole
        self._canvas: Any = None
        self._items: dict[str, Any] = {}
        self._grid: list[Any] = []
        self._shown: tuple[float, float, int] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._empty = Text(empty, "help", "text2", align=Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(self._empty)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 72)
        self.setAccessibleName(name)
        self._theme.changed.connect(self._restyle)

    @property
    def is_loaded(self) -> bool:
        """Whether the canvas is there."""
        return self._canvas is not None

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
        canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the wheel scrolls the page
        plot = canvas.getPlotItem()
        plot.ctrlMenu.deleteLater()  # never shown; its seven windows would live as long as Python remembers the plot
        plot.ctrlMenu = None
        plot.getViewBox().setDefaultPadding(0)
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setStyle(tickLength=0, hideOverlappingLabels=False, autoExpandTextSpace=False, tickTextOffset=8)
        self._canvas = canvas
        for line in self.lines:
            self._items[line.id] = self._item(pyqtgraph, line)
            canvas.addItem(self._items[line.id])
        canvas.hide()
        self._column.addWidget(canvas)
        self._restyle()

    def set(self, id: str, steps: array[int], values: array[float], scale: float = 1.0) -> None:
        """Give the points of a line, which may go on growing; nothing is drawn before :meth:`redraw`."""
        self.data[id] = (steps, values)
        self._scales[id] = scale

    def set_level(self, id: str, value: float | None) -> None:
        """Give the value of a level, nothing to hide it."""
        if value is None or not math.isfinite(value):
            self.levels.pop(id, None)
        else:
            self.levels[id] = value

    def set_total(self, total: int) -> None:
        """Say how many steps the plan has: the time axis spans them all."""
        self._total = total

    def describe(self, sentence: str) -> None:
        """Say in words what the plot shows."""
        self.setAccessibleDescription(sentence)

    def redraw(self) -> None:
        """Draw what was given."""
        if self._canvas is None:
            return
        import numpy as np

        low, high, last = math.inf, -math.inf, 0
        for line in self.lines:
            if line.level:
                continue
            steps, values = self.data.get(line.id, (array("q"), array("d")))
            xs, ys = np.array(steps, dtype=float), np.array(values, dtype=float) * self._scales.get(line.id, 1.0)
            good = np.isfinite(ys)
            ys[good] = np.clip(ys[good], -LARGEST, LARGEST)
            if good.any():
                low, high = min(low, float(ys[good].min())), max(high, float(ys[good].max()))
                last = max(last, int(xs[-1]))
            if line.mark:
                self._place(line, xs[good], ys[good])
            else:
                self._place(line, xs, np.where(good, ys, np.nan))  # a gap; infinity would crash the painter
        self._canvas.setVisible(low <= high)
        self._empty.setVisible(low > high)
        for value in (*self.levels.values(), *((self._whole or ()) if low <= high else ())):
            low, high = min(low, value), max(high, value)
        self._place_levels()
        self._scale(low, high, max(self._total, last))

    def _item(self, pyqtgraph: Any, line: Line) -> Any:
        if line.level:
            return pyqtgraph.InfiniteLine(angle=0)
        return pyqtgraph.PlotDataItem(connect="finite", skipFiniteCheck=False, antialias=True)

    def _place(self, line: Line, xs: Any, ys: Any) -> None:
        item = self._items[line.id]
        if line.mark == "end":
            item.setData(*thinned(xs, ys, self._canvas.width() // 6))
            marker = self._items[line.id + "/end"] if line.id + "/end" in self._items else self._marker(line)
            marker.setData(xs[-1:], ys[-1:])
            return
        xs, ys = thinned(xs, ys, self._canvas.width() // (2 if line.faint else 6))
        item.setData(xs, ys, antialias=len(xs) <= SMOOTH)

    def _marker(self, line: Line) -> Any:
        import pyqtgraph

        marker = pyqtgraph.ScatterPlotItem(size=9, antialias=True)
        self._canvas.addItem(marker)
        self._items[line.id + "/end"] = marker
        marker.setZValue(20)
        color = line_color(self._theme, line)
        marker.setPen(_pen(color, 1))
        marker.setBrush(color)
        return marker

    def _place_levels(self) -> None:
        for line in self.lines:
            if line.level:
                item = self._items[line.id]
                item.setVisible(line.id in self.levels)
                item.setValue(self.levels.get(line.id, 0.0))

    def _scale(self, low: float, high: float, total: int) -> None:
        shown = (*self._window(low, high), total)
        if shown == self._shown:
            return  # a new range makes both axes lay out their numbers again, the dearest part of a repaint
        self._shown = shown
        low, high, _ = shown
        air = max(total, 1) * 0.02
        x_range = (-air, max(total, 1) + 2 * air)  # room for the last step's number
        self._canvas.setRange(xRange=x_range, yRange=padded(low, high), padding=0, disableAutoRange=True)
        places = ticks(*padded(low, high), self._about) if low <= high else []
        step = places[1] - places[0] if len(places) > 1 else 1.0
        plot = self._canvas.getPlotItem()
        plot.getAxis("left").setTicks([[(place, self._value_text(place, step)) for place in places]])
        named = [(place, f"{place:,}") for place in thirds(total)] if self._steps_shown and total else []
        plot.getAxis("bottom").setTicks([named])
        self._rule(places)

    def _window(self, low: float, high: float) -> tuple[float, float]:
        """Return the values to span: as before while what is new fits and still fills most of it."""
        if self._shown is None or low > high:
            return low, high
        before_low, before_high, _ = self._shown
        fits = before_low <= low and high <= before_high
        return (before_low, before_high) if fits and high - low >= KEPT * (before_high - before_low) else (low, high)

    def _rule_color(self) -> QColor:
        """Return the hairlines' colour: where hairlines are heavy, as in high contrast, the data must still lead."""
        color = self._theme.color("line")
        return _mixed(color, self._theme.color("surface")) if self._theme.tokens.name == "high_contrast" else color

    def _rule(self, places: list[float]) -> None:
        import pyqtgraph

        while len(self._grid) < len(places):
            rule = pyqtgraph.InfiniteLine(angle=0, pen=_pen(self._rule_color(), 1))
            rule.setZValue(-10)
            self._canvas.addItem(rule, ignoreBounds=True)
            self._grid.append(rule)
        for index, rule in enumerate(self._grid):
            rule.setVisible(index < len(places))
            if index < len(places):
                rule.setValue(places[index])

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
        plot.getAxis("bottom").setHeight(self._theme.px(AXIS_HEIGHT) if self._steps_shown else 2)
        for line in self.lines:
            self._dress(line)
        for rule in self._grid:
            rule.setPen(_pen(self._rule_color(), 1))
        self._shown = None
        self.redraw()

    def _dress(self, line: Line) -> None:
        color, item = line_color(self._theme, line), self._items[line.id]
        pen = _pen(color, line.width)
        if line.dashed:
            pen.setDashPattern([4, 3])
        if line.mark == "spike":
            item.setPen(None)
            item.setSymbol("t")
            item.setSymbolSize(11)
            item.setSymbolPen(_pen(color, 1))
            item.setSymbolBrush(color)
            return
        item.setPen(pen)
        if line.mark in SHAPES:
            item.setSymbol(line.mark)
            item.setSymbolSize(8 if line.mark == "o" else 9)
            item.setSymbolPen(pen)
            item.setSymbolBrush(self._theme.color("surface"))
        if line.mark == "end" and line.id + "/end" in self._items:
            self._items[line.id + "/end"].setPen(_pen(color, 1))
            self._items[line.id + "/end"].setBrush(color)
