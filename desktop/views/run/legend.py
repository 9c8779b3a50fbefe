"""What a plot's lines are called and what they are now; it knows words and numbers as text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.run.plot import SHAPES, Line, line_color
from desktop.views.theme.theme import Theme


class Swatch(QWidget):
    """A short piece of a line as the plot draws it."""

    def __init__(self, line: Line, parent: QWidget | None = None) -> None:
        """Show how ``line`` looks."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._line = line
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the room of a short line."""
        return QSize(self._theme.px(18), self._theme.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = begin(self)
        color = line_color(self._theme, self._line)
        pen = QPen(color, max(1.5, self._line.width))
        if self._line.dashed:
            pen.setDashPattern([3, 2])
        middle = self.height() / 2
        if self._line.mark != "spike":
            painter.setPen(pen)
            painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        if self._line.mark in SHAPES:
            painter.setBrush(self._theme.color("surface"))
            _shape(painter, self._line.mark, QPointF(self.width() / 2, middle), 3.5)


def _shape(painter: QPainter, mark: str, middle: QPointF, half: float) -> None:
    corners = {
        "s": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "t": ((-1.1, -1), (1.1, -1), (0, 1)),
        "t1": ((-1.1, 1), (1.1, 1), (0, -1)),
        "d": ((0, -1.3), (1, 0), (0, 1.3), (-1, 0)),
        "p": ((0, -1.2), (1.1, -0.3), (0.7, 1), (-0.7, 1), (-1.1, -0.3)),
    }
    if mark in corners:
        painter.drawPolygon(QPolygonF([middle + QPointF(x * half, y * half) for x, y in corners[mark]]))
    else:
        painter.drawEllipse(middle, half, half)


class Legend(QWidget):
    """The lines of a plot on one row, each with its newest number where it has one."""

    def __init__(self, lines: Sequence[Line], parent: QWidget | None = None) -> None:
        """Name ``lines`` in order; one without a label is left out."""
        super().__init__(parent)
        self._values: dict[str, Text] = {}
        self._parts: dict[str, list[QWidget]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for index, line in enumerate(line for line in lines if line.label):
            if index:
                row.addSpacing(6)
            value = Text("", "strong", tabular=True, wrap=False, align=Qt.AlignmentFlag.AlignRight)
            value.hide()
            parts = [Swatch(line), Text(line.label, "help", "text2", wrap=False), value]
            for part in parts:
                row.addWidget(part)
            self._values[line.id], self._parts[line.id] = value, parts

    def set_compact(self, compact: bool) -> None:
        """Leave the first name out where there is little room: the plot's own title says it."""
        first = next(iter(self._parts.values()))
        first[1].setVisible(not compact)

    def set(self, id: str, value: str) -> None:
        """Write the newest number of a line behind its name."""
        self._values[id].setText(value)
        self._values[id].setVisible(bool(value))

    def show_line(self, id: str, shown: bool) -> None:
        """Name a line or leave it out."""
        for part in self._parts[id][:2]:
            part.setVisible(shown)
        self._parts[id][2].setVisible(shown and bool(self._values[id].text()))
