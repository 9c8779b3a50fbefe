"""The stages of a recipe from the first down, each with a mark and a line to the next; it knows no run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.paint import begin
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme

_SIDE = 26
_WIDTH = 42
_TOP = 14  # the mark stands beside the first line of its card


class StageMark(QWidget):
    """A numbered circle in the state of its stage, and the line to the next one."""

    def __init__(self, number: int, status: str, *, last: bool, parent: QWidget | None = None) -> None:
        """Show stage ``number``; ``status`` is ``waiting``, ``running``, ``done``, ``stopped`` or ``failed``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._number, self._status, self._last = number, status, last
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._theme.changed.connect(self.update)

    def set(self, status: str) -> None:
        """Show another state."""
        if status != self._status:
            self._status = status
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the circle."""
        return QSize(self._theme.px(_WIDTH), self._theme.px(_TOP + _SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw line and circle; colour never stands alone, each state has a sign of its own."""
        painter, theme = begin(self), self._theme
        side, top = theme.px(_SIDE), theme.px(_TOP)
        circle = QRectF(1, top, side, side)
        middle = circle.center().x()
        painter.setPen(QPen(theme.color("field"), 1.2))
        if self._number > 1:
            painter.drawLine(QLineF(middle, 0, middle, circle.top() - 3))
        if not self._last:
            painter.drawLine(QLineF(middle, circle.bottom() + 3, middle, self.height()))
        tone = {"running": "accent", "done": "ok", "stopped": "warn", "failed": "bad"}.get(self._status)
        painter.setPen(QPen(theme.color(tone or "field"), 1.5))
        painter.setBrush(theme.color(theme.tokens.soft(tone) if tone else "surface"))
        painter.drawEllipse(circle)
        icon = {"done": "check", "stopped": "pause", "failed": "cross"}.get(self._status)
        if icon and tone:
            paint_icon(painter, icon, circle.adjusted(6, 6, -6, -6), tone)
            return
        painter.setPen(theme.color(tone or "text2"))
        painter.setFont(theme.font("strong"))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))


class Stepper(QWidget):
    """Marks at the left, what belongs to each stage at the right."""

    def __init__(self, contents: Sequence[QWidget], parent: QWidget | None = None) -> None:
        """Show ``contents``, one for each stage; all of them wait until told otherwise."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.marks: list[StageMark] = []
        for place, content in enumerate(contents):
            last = place == len(contents) - 1
            self.marks.append(StageMark(place + 1, "waiting", last=last))
            line = QHBoxLayout()
            line.setSpacing(0)
            line.addWidget(self.marks[-1])
            held = QVBoxLayout()
            held.setContentsMargins(0, 0, 0, 0 if last else 12)
            held.addWidget(content)
            line.addLayout(held, 1)
            column.addLayout(line)
