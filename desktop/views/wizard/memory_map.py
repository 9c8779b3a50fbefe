"""What fits: one cell for each batch and length, coloured by what it takes; it computes nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.engine.memory.fixes import Cell
from desktop.engine.memory.sizes import size
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme


class CellButton(QAbstractButton):
    """One combination."""

    def __init__(self, cell: Cell, limit_mib: float, *, nearest: bool, parent: QWidget | None = None) -> None:
        """Show ``cell`` against what is free."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(44, self._theme.px(26))
        self.setMaximumHeight(self._theme.px(56))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set(cell, limit_mib, nearest=nearest)

    def set(self, cell: Cell, limit_mib: float, *, nearest: bool) -> None:
        """Show another amount in the same place."""
        self._cell = cell
        self._limit = limit_mib
        self._nearest = nearest
        fits = "does not fit" if cell.verdict == "too_big" else "fits"
        now = ", now" if cell.current else ", nearest that fits" if nearest else ""
        self.setAccessibleName(f"Batch {cell.batch}, {cell.length:,} tokens: {size(cell.total_mib)}, {fits}{now}")
        self.setToolTip(f"Batch {cell.batch}, at most {cell.length:,} tokens: {size(cell.total_mib)}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable cell."""
        return QSize(54, self._theme.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw shade or hatch, the amount, and what marks the cell."""
        painter = begin(self)
        theme, color = self._theme, self._theme.color
        area = QRectF(self.rect())
        big = self._cell.verdict == "too_big"
        if big:
            box(painter, area, 4, color("sunken"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(color("line2"), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(area, 4, 4)
        else:
            share = min(1.0, self._cell.total_mib / max(1.0, self._limit))
            box(painter, area, 4, blend(color("accent_soft"), color("accent_line"), share * 0.8))
        if self._cell.current:
            box(painter, area, 4, None, color("text"), 2)
        elif self._nearest:
            painter.setPen(QPen(color("accent"), 2, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4)
        elif self.underMouse():
            box(painter, area, 4, None, color("accent"), 1)
        painter.setFont(theme.font("help" if big and not self._cell.current else "head", tabular=True))
        painter.setPen(color("text2" if big else "text"))
        words = f"{self._cell.total_mib / 1024:.1f}"
        if big:
            wide = painter.fontMetrics().horizontalAdvance(words) + 8
            ground = QRectF(area.center().x() - wide / 2, area.center().y() - 8, wide, 16)
            painter.fillRect(ground, color("sunken"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), words)


class MapCard(Card):
    """The map of batches and lengths.

    Signals:
        picked: this batch and this length are wanted.
    """

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=18, parent=parent)
        head = QHBoxLayout()
        head.addWidget(Text("What fits", "section", wrap=False))
        head.addWidget(
            Text("peak in GB; hatched does not fit", "help", "text2", elide=True, align=Qt.AlignmentFlag.AlignRight), 1
        )
        self._holder = QVBoxLayout()
        self._foot = Text("", "help", "text2")
        self.body.addLayout(head)
        self.body.addLayout(self._holder, 1)
        self.body.addWidget(self._foot)
        self.cells: dict[tuple[int, int], CellButton] = {}
        self._grid: QWidget | None = None
        self._shown: object = None

    def show_map(self, cells: list[list[Cell]], limit_mib: float, nearest: Cell | None) -> None:
        """Show ``cells``: rows are batches, columns lengths."""
        if (cells, limit_mib, nearest) == self._shown:
            return
        self._shown = (cells, limit_mib, nearest)
        self._foot.setText(
            "Outlined: now. Dotted: nearest that fits." if nearest else "Outlined: now. Press a cell to take it."
        )
        if list(self.cells) == [(cell.batch, cell.length) for row in cells for cell in row]:
            for cell in (cell for row in cells for cell in row):
                self.cells[(cell.batch, cell.length)].set(cell, limit_mib, nearest=cell == nearest)
            return
        focused = next((key for key, cell in self.cells.items() if cell.hasFocus()), None)
        if self._grid is not None:
            self._holder.removeWidget(self._grid)
            self._grid.hide()
            self._grid.deleteLater()
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.setColumnMinimumWidth(0, 36)
        self.cells = {}
        right = Qt.AlignmentFlag.AlignRight
        for line, row in enumerate(cells):
            grid.addWidget(Text(f"{row[0].batch:,}", "help", "text2", wrap=False, align=right, tabular=True), line, 0)
            for place, cell in enumerate(row, start=1):
                button = CellButton(cell, limit_mib, nearest=cell == nearest)
                button.clicked.connect(lambda _=False, cell=cell: self.picked.emit(cell.batch, cell.length))
                self.cells[(cell.batch, cell.length)] = button
                grid.addWidget(button, line, place)
        grid.addWidget(Text("batch", "help", "text2", wrap=False, align=right), len(cells), 0)
        middle = Qt.AlignmentFlag.AlignHCenter
        for place, cell in enumerate(cells[0] if cells else (), start=1):
            grid.addWidget(Text(f"{cell.length:,}", "help", "text2", wrap=False, align=middle), len(cells), place)
            grid.setColumnStretch(place, 1)
        grid.addWidget(
            Text("longest row, tokens", "axis", "text2", wrap=False, align=middle), len(cells) + 1, 1, 1, len(cells[0])
        )
        self._holder.addWidget(self._grid)
        if focused in self.cells:
            self.cells[focused].setFocus()


def blend(low: QColor, high: QColor, share: float) -> QColor:
    """Return the colour that lies ``share`` of the way from ``low`` to ``high``."""
    return QColor(
        round(low.red() + (high.red() - low.red()) * share),
        round(low.green() + (high.green() - low.green()) * share),
        round(low.blue() + (high.blue() - low.blue()) * share),
    )
