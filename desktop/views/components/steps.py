"""A list of numbered steps, done, current and to come; it knows their names and not what is asked in them."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_INNER

State = Literal["done", "current", "open", "closed", "problem"]


class Step(QAbstractButton):
    """One step: a numbered circle, a name, and what was answered there."""

    def __init__(self, number: int, title: str, parent: QWidget | None = None) -> None:
        """Make step ``number`` called ``title``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._number = number
        self._state: State = "open"
        self._title = Text(title, "strong", elide=True)
        self._note = Text("", "help", "text2")
        self._note.setMinimumWidth(1)  # a long file name wraps at the width there is, not at the one it would like
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._note)
        words.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(44, 8, 4, 8)
        self._row.addLayout(words)
        self.setText(title)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumHeight(self._theme.px(46))
        self._theme.changed.connect(self.update)
        self.set("open", "")

    def set(self, state: State, note: str) -> None:
        """Show ``state`` and the answer in ``note``."""
        self._state = state
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._title.set_tone("text3" if state in ("open", "closed") else "text")
        self.setEnabled(state != "closed")
        said = {"done": "done", "current": "current step", "problem": "needs attention"}.get(state, "to come")
        self.setAccessibleName(f"Step {self._number}, {self.text()}, {said}" + (f": {note}" if note else ""))
        self.update()

    def sizeHint(self) -> QSize:
        """Return what circle and words need."""
        return self._row.sizeHint().expandedTo(QSize(120, self._theme.px(46)))

    def hasHeightForWidth(self) -> bool:
        """Tell layouts that a long answer wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at ``width``."""
        return max(self._theme.px(46), self._row.heightForWidth(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground of the current step and the circle."""
        painter = begin(self)
        color = self._theme.color
        if self._state == "current":
            edge = color("line") if self._theme.tokens.name == "high_contrast" else None
            box(painter, self.rect(), RADIUS_INNER, color("surface"), edge)
        elif self.underMouse() and self.isEnabled():
            box(painter, self.rect(), RADIUS_INNER, color("chip"))
        self._paint_circle(painter, QRectF(10, (self.height() - 24) / 2, 24, 24))

    def _paint_circle(self, painter: QPainter, circle: QRectF) -> None:
        color = self._theme.color
        looks = {
            "current": ("accent", "accent", "on_accent"),
            "done": ("accent_soft", "accent_line", "accent"),
            "problem": ("bad_soft", "bad", "bad"),
        }
        fill, edge, ink = looks.get(self._state, ("window", "field", "text3"))
        painter.setPen(QPen(color(edge), 1.2))
        painter.setBrush(color(fill))
        painter.drawEllipse(circle.adjusted(0.6, 0.6, -0.6, -0.6))
        if self._state in ("done", "problem"):
            paint_icon(painter, "check" if self._state == "done" else "warn", circle.adjusted(5, 5, -5, -5), ink)
            return
        painter.setFont(self._theme.font("head"))
        painter.setPen(color(ink))
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), str(self._number))


class Steps(QWidget):
    """The steps of a wizard, one under the other.

    Signals:
        chosen: the user pressed the step with this index.
    """

    chosen = Signal(int)

    def __init__(self, titles: list[str], parent: QWidget | None = None) -> None:
        """Make a step for each of ``titles``."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.steps = [Step(index + 1, title) for index, title in enumerate(titles)]
        for index, step in enumerate(self.steps):
            column.addWidget(step)
            step.clicked.connect(lambda _=False, index=index: self.chosen.emit(index))

    def set(self, index: int, state: State, note: str = "") -> None:
        """Show the state and the answer of step ``index``."""
        self.steps[index].set(state, note)


class Phases(QWidget):
    """The phases of a run on one line: done, current, to come."""

    def __init__(self, titles: list[str], parent: QWidget | None = None) -> None:
        """Name the phases in order."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._titles = titles
        self._marks: list[tuple[Glyph, Text]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for index, title in enumerate(titles):
            if index:
                line = QWidget()
                line.setFixedSize(self._theme.px(20), 1)
                row.addWidget(line)
            glyph, text = Glyph("dot", 13, "text3"), Text(title, "help", "text2", wrap=False)
            row.addWidget(glyph)
            row.addWidget(text)
            self._marks.append((glyph, text))
        row.addStretch(1)
        self._theme.changed.connect(self.update)
        self.set(-1)

    def set(self, current: int, *, done: bool = False, failed: bool = False) -> None:
        """Show ``current`` as under way; ``done`` ticks it too, ``failed`` crosses it."""
        for index, (glyph, text) in enumerate(self._marks):
            over = index < current or (done and index == current)
            here = index == current and not done
            name = "check" if over else "cross" if here and failed else "dot" if here else "ring"
            glyph.set(name, "ok" if over else "bad" if here and failed else "accent" if here else "text3")
            text.set_role("strong" if here else "help")
            text.set_tone("text" if here else "text2")
        where = self._titles[current] if 0 <= current < len(self._titles) else "not started"
        self.setAccessibleName(f"Phase: {where}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the short lines between the phases."""
        painter = QPainter(self)
        for (_, text), (glyph, _next) in zip(self._marks, self._marks[1:], strict=False):
            left, right = text.geometry().right() + 7, glyph.geometry().left() - 6
            painter.fillRect(QRectF(left, self.height() // 2, max(0, right - left), 1), self._theme.color("line2"))
