"""Draws one row of the table of all rows with a few calls from words cut before; it knows no model and no file.

Qt's own delegates lay every text out anew and ask the style for each cell, which takes four times as long.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme

_REMEMBERED = 5000  # cells whose words were cut
_LOOKS = {
    "good": ("check", "ok"),
    "bad": ("cross", "bad"),
    "skipped": ("skip", "text3"),
    "fixed": ("tune", "info"),
    "edited": ("edit", "accent"),
}

Place = tuple[int, int, int]
"""One column as it stands: its number, where it begins, how wide it is."""


class RowPainter:
    """Draws rows.

    Attributes:
        numbers: so many columns at the left hold numbers; the one behind them says the state.
    """

    def __init__(self, theme: Theme, numbers: int) -> None:
        """Take fonts and colours of ``theme``."""
        self._theme = theme
        self.numbers = numbers
        self._cut: dict[tuple[str, int], tuple[str, float]] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take fonts and colours anew."""
        color, theme = self._theme.color, self._theme
        self._font = QFont(theme.font("body"))
        self._struck = QFont(self._font)
        self._struck.setStrikeOut(True)
        self._metrics = QFontMetricsF(self._font)
        self._rise = (self._metrics.ascent() - self._metrics.descent()) / 2
        self._text, self._weak, self._quiet = color("text"), color("text2"), color("text3")
        self._selected, self._line, self._edge = color("accent_soft"), color("line"), color("accent")
        self._pad, self._side = theme.px(12), theme.px(15)
        self._cut.clear()

    def paint(
        self,
        painter: QPainter,
        top: int,
        height: int,
        columns: Sequence[Place],
        words: Sequence[str],
        state: str,
        *,
        current: bool,
        last: bool,
    ) -> None:
        """Draw a row at ``top``: the ``words`` of every column, its ``state``, empty while that is not known."""
        left = columns[0][1]
        whole = columns[-1][1] + columns[-1][2] - left
        if current:
            painter.fillRect(left, top, whole, height, self._selected)
        if not last:
            painter.fillRect(left, top + height - 1, whole, 1, self._line)
        base = top + height / 2 + self._rise
        struck = state == "skipped"
        painter.setFont(self._font)
        for column, begin, width in columns:
            start, room = float(begin + self._pad), width - 2 * self._pad
            if column == self.numbers and state:
                middle = top + (height - self._side) // 2
                name, tone = _LOOKS[state]
                paint_icon(painter, name, QRectF(start, middle, self._side, self._side), tone)
                start, room = start + self._side + 6, room - self._side - 6
            shown, wide = self._fitted(words[column], room)
            if not shown:
                continue
            if column < self.numbers:
                start = begin + width - self._pad - wide
            quiet = column < self.numbers or struck
            painter.setPen(self._quiet if quiet else self._weak if state == "bad" else self._text)
            if struck:
                painter.setFont(self._struck if column > self.numbers else self._font)
            painter.drawText(QPointF(start, base), shown)

    def _fitted(self, words: str, room: int) -> tuple[str, float]:
        """Return ``words`` cut to ``room``, and how wide they are then."""
        key = (words, room)
        fitted = self._cut.get(key)
        if fitted is None:
            if len(self._cut) > _REMEMBERED:
                self._cut.clear()
            shown = self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            fitted = self._cut[key] = (shown, self._metrics.horizontalAdvance(shown))
        return fitted
