"""A picture of what a method changes in the model, drawn from tokens; it knows shapes and two colours, no weights."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.flow.wizard_drawing import Drawing
from desktop.views.components.paint import begin, box
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme

_NARROWEST = 400


class MethodPicture(QWidget):
    """One block of the model, and beside it one matrix in large."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._drawing: Drawing | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)

    def set(self, drawing: Drawing, said: str) -> None:
        """Draw ``drawing``; ``said`` is the same in words."""
        self.setAccessibleName(said)
        if drawing != self._drawing:
            self._drawing = drawing
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the picture."""
        return QSize(420, self._theme.px(226))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw block, matrix and legend."""
        drawing = self._drawing
        if drawing is None:
            return
        painter = begin(self)
        px = self._theme.px
        # Where the room is short the whole picture shrinks, so that nothing of it is cut off.
        shrink = min(1.0, self.width() / px(_NARROWEST))
        painter.scale(shrink, shrink)
        whole = self.width() / shrink
        block = QRectF(0, px(18), min(px(206), whole * 0.46), px(190))
        self._flow(painter, block, drawing)
        box(painter, block, 8, self._theme.color("sunken"), self._theme.color("line"))
        inner = block.adjusted(8, px(12), -8, -px(12))
        half = (inner.height() - px(26)) / 2
        feed = QRectF(inner.left(), inner.top(), inner.width(), half)
        attention = QRectF(inner.left(), inner.bottom() - half, inner.width(), half)
        corner = self._part(painter, feed, "Feed-forward", drawing.feed, drawing)
        self._part(painter, attention, "Attention", drawing.attention, drawing)
        norm = QRectF(inner.center().x() - px(45), feed.bottom() + px(5), px(90), px(16))
        self._boxed(painter, norm, "norm", learned=drawing.way == "all")
        self._large(painter, QRectF(block.right() + px(18), 0, whole - block.right() - px(18), 1), corner, drawing)
        self._legend(painter, block.right() + px(18), block.bottom() - px(44), drawing)

    def _flow(self, painter: QPainter, block: QRectF, drawing: Drawing) -> None:
        px, color = self._theme.px, self._theme.color("text3")
        painter.setPen(QPen(color, 1.3))
        painter.setFont(self._theme.font("axis"))
        middle = block.center().x()
        for top, bottom in ((1.0, block.top()), (block.bottom(), block.bottom() + px(16))):
            painter.drawLine(QPointF(middle, top + 3), QPointF(middle, bottom))
            painter.drawLine(QPointF(middle - 3.5, top + 6), QPointF(middle, top + 2))
            painter.drawLine(QPointF(middle + 3.5, top + 6), QPointF(middle, top + 2))
        painter.setPen(self._theme.color("text2"))
        painter.drawText(QPointF(middle + px(10), px(11)), f"next block, {drawing.blocks} in all")
        painter.drawText(QPointF(middle + px(10), block.bottom() + px(14)), "tokens in")

    def _part(self, painter: QPainter, area: QRectF, title: str, names: tuple[str, ...], drawing: Drawing) -> QPointF:
        """Draw one half of the block; return the upper right corner of its last matrix that learns."""
        px, color = self._theme.px, self._theme.color
        box(painter, area, 6, color("surface"), color("line"))
        painter.setPen(color("text"))
        painter.setFont(self._theme.font("head"))
        painter.drawText(area.adjusted(9, px(5), 0, 0), 0, title)
        corner = QPointF(area.right(), area.top())
        gap = px(6)
        room = (area.width() - 16 - gap * (len(names) - 1)) / max(1, len(names))
        for place, name in enumerate(names):
            cell = QRectF(area.left() + 8 + place * (room + gap), area.top() + px(26), room, area.height() - px(34))
            learned = name in drawing.touched
            thin = min(px(13), room * 0.42) if drawing.way == "beside" and learned else 0.0
            self._boxed(painter, cell.adjusted(0, 0, -thin, 0), name, learned=drawing.way == "all")
            if thin:
                bar = (thin - 4) / 2
                for index in range(2):
                    left = cell.right() - thin + 3 + index * (bar + 1.5)
                    box(painter, QRectF(left, cell.top(), bar, cell.height()), 1.5, color("accent"))
            if learned:
                corner = cell.topRight()
        return corner

    def _boxed(self, painter: QPainter, area: QRectF, words: str, *, learned: bool) -> None:
        color = self._theme.color
        fill, ink = ("accent", "on_accent") if learned else ("sunken", "text2")
        box(painter, area, 4, color(fill), None if learned else color("line2"))
        painter.setPen(color(ink))
        painter.setFont(self._theme.font("axis"))
        shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, area.width() - 2)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), shown)

    def _large(self, painter: QPainter, room: QRectF, corner: QPointF, drawing: Drawing) -> None:
        px, color = self._theme.px, self._theme.color
        side = px(84)
        matrix = QRectF(room.left(), px(34), side, side)
        painter.setPen(QPen(color("accent_line"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(corner, matrix.topLeft())
        painter.drawLine(QPointF(corner.x(), corner.y() + px(24)), matrix.bottomLeft())
        whole = drawing.way == "all"
        box(painter, matrix, 7, color("accent" if whole else "sunken"), None if whole else color("line2"))
        painter.setPen(color("on_accent" if whole else "text"))
        painter.setFont(self._theme.font("section"))
        painter.drawText(matrix.adjusted(0, 0, 0, -px(16)), int(Qt.AlignmentFlag.AlignCenter), "W")
        painter.setFont(self._theme.font("help"))
        painter.setPen(color("on_accent" if whole else "text2"))
        state = "learns" if whole else f"frozen, {drawing.packed}" if drawing.packed else "frozen"
        painter.drawText(matrix.adjusted(0, px(22), 0, 0), int(Qt.AlignmentFlag.AlignCenter), state)
        if not whole:
            paint_icon(painter, "lock", QRectF(matrix.left() + 6, matrix.top() + 6, px(13), px(13)), "text2")
        if drawing.way == "beside":
            self._update(painter, matrix, drawing)

    def _update(self, painter: QPainter, matrix: QRectF, drawing: Drawing) -> None:
        px, color = self._theme.px, self._theme.color
        painter.setPen(QPen(color("text2"), 1.5))
        plus = QPointF(matrix.right() + px(9), matrix.center().y())
        painter.drawLine(QPointF(plus.x() - 4, plus.y()), QPointF(plus.x() + 4, plus.y()))
        painter.drawLine(QPointF(plus.x(), plus.y() - 4), QPointF(plus.x(), plus.y() + 4))
        tall = QRectF(matrix.right() + px(18), matrix.top(), px(20), matrix.height())
        flat = QRectF(tall.right() + px(6), matrix.top(), matrix.width() * 0.74, px(20))
        self._solid(painter, tall, "B")
        self._solid(painter, flat, "A")
        painter.setPen(color("accent"))
        painter.setFont(self._theme.font("strong"))
        painter.drawText(QPointF(flat.left(), flat.bottom() + px(18)), f"rank {drawing.rank}")
        painter.setPen(color("text2"))
        painter.setFont(self._theme.font("help"))
        painter.drawText(QPointF(flat.left(), flat.bottom() + px(35)), drawing.scale)
        painter.drawText(QPointF(flat.left(), flat.bottom() + px(50)), "alpha / rank")

    def _solid(self, painter: QPainter, area: QRectF, letter: str) -> None:
        box(painter, area, 4, self._theme.color("accent"))
        painter.setPen(self._theme.color("on_accent"))
        painter.setFont(self._theme.font("strong"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), letter)

    def _legend(self, painter: QPainter, left: float, top: float, drawing: Drawing) -> None:
        px = self._theme.px
        entries: list[tuple[QColor, QColor | None, str]] = []
        if drawing.way != "all":
            entries.append((self._theme.color("sunken"), self._theme.color("field"), "frozen, not changed"))
        entries.append((self._theme.color("accent"), None, "trained"))
        painter.setFont(self._theme.font("body"))
        for line, (fill, edge, words) in enumerate(entries):
            y = top + line * px(20)
            box(painter, QRectF(left, y, px(11), px(11)), 2.5, fill, edge)
            painter.setPen(self._theme.color("text2"))
            painter.drawText(QPointF(left + px(18), y + px(10)), words)
