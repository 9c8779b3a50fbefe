"""The last judgements as a row of small marks, and how many pairs wait; it knows choices and no answers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.engine.preferences.judgement import Choice
from desktop.flow.annotate import STRIP
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme

_AHEAD = 11
_STEP, _MARK, _THICK = 26, 22, 8


class Strip(QWidget):
    """Marks above the middle for A, below for B, on it for both; the pair on the screen is an open box."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._past: list[Choice] = []
        self._ready = 0
        self._open = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)

    def show_past(self, past: list[Choice], *, ready: int, judging: bool) -> None:
        """Show ``past`` (oldest first), whether a pair is on the screen, and dashes for those that wait."""
        self._past, self._ready, self._open = past, ready, judging
        said = {"left": "A", "right": "B", "both_good": "both good", "both_bad": "both bad"}
        words = ", ".join(said.get(choice, choice) for choice in past) or "nothing yet"
        self.setAccessibleName(f"Last judgements: {words}; {ready} pairs wait")
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all marks at their natural width."""
        return QSize((STRIP + 1 + _AHEAD) * _STEP, self._theme.px(22))

    def minimumSizeHint(self) -> QSize:
        """Return the width that still tells marks apart."""
        return QSize((STRIP + 1 + _AHEAD) * 12, self._theme.px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the marks."""
        painter = begin(self)
        color, lines = self._theme.color, self._theme.tokens.lines
        step = min(float(_STEP), self.width() / (STRIP + 1 + _AHEAD))
        mark = step - (_STEP - _MARK)
        middle = self.height() / 2
        left = 0.0
        for choice in self._past:
            if choice == "left":
                box(painter, QRectF(left, middle - _THICK - 1, mark, _THICK), 2, color(lines[0]))
            elif choice == "right":
                box(painter, QRectF(left, middle + 1, mark, _THICK), 2, color(lines[4]))
            elif choice == "both_good":
                box(painter, QRectF(left, middle - _THICK / 2, mark, _THICK), 2, color(lines[5]))
            else:
                box(painter, QRectF(left, middle - _THICK / 2, mark, _THICK), 2, None, color(lines[5]), 1.5)
            left += step
        if self._open:
            box(painter, QRectF(left, middle - 8, mark, 16), 3, color("surface"), color("accent"), 2)
            left += step
        for _ in range(min(self._ready, _AHEAD)):
            box(painter, QRectF(left, middle - 2, mark, 4), 2, color("line"))
            left += step
