"""A table with hairlines, right-aligned numbers, chips and small curves; it knows cells and not what rows are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.views.components.chip import TONE_ICONS, chip_width, paint_chip
from desktop.views.components.sparkline import paint_sparkline
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import ROW

_CELL = Qt.ItemDataRole.UserRole
MISSING = "\N{EN DASH}"


@dataclass(frozen=True)
class Column:
    """One column: its head (units belong there), its width in px (0 stretches) and whether it holds numbers."""

    title: str
    width: int = 0
    number: bool = False


@dataclass(frozen=True)
class Cell:
    """What one cell shows.

    Attributes:
        text: the words; an empty text is shown as an en dash unless there is something else to show.
        note: a second, weaker line.
        tone: the token of the text.
        strong: heavier text.
        mono: fixed-pitch text.
        chip: shows the text as a chip of this tone.
        icon: an icon before the text, or in the chip.
        curve: shows these numbers as a small curve; ``curve_color`` its token, ``done`` the share of the width used.
    """

    text: str = ""
    note: str = ""
    tone: str = "text"
    strong: bool = False
    mono: bool = False
    chip: str = ""
    icon: str | None = None
    curve: tuple[float, ...] = ()
    curve_color: str = ""
    done: float = 1.0


class Rows(QAbstractTableModel):
    """The cells of a table."""

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        """Make an empty table of ``columns``."""
        super().__init__(parent)
        self.columns = list(columns)
        self.rows: list[list[Cell]] = []

    def replace(self, rows: list[list[Cell]]) -> None:
        """Show ``rows``; where only cells differ, the selection stays."""
        if len(rows) == len(self.rows):
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the cell for the delegate, its words for everybody else."""
        cell = self.rows[index.row()][index.column()]
        if role == _CELL:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{cell.text}, {cell.note}" if cell.note else cell.text or MISSING
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{cell.text}\n{cell.note}".strip() or None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the head of a column, aligned as its cells are."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class _Painter(QStyledItemDelegate):
    """Draws one cell."""

    def __init__(self, theme: Theme, row: int, padding: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row = row
        self._padding = padding

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, self._theme.px(self._row))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: Cell = index.data(_CELL)
        rect = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(rect, self._theme.color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.color("sunken"))
        if index.row() < index.model().rowCount() - 1:
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self._theme.color("line"))
        column = index.model().columns[index.column()]  # type: ignore[attr-defined]
        area = rect.adjusted(self._padding, 0, -self._padding, -1)
        if cell.curve:
            self._curve(painter, area, cell)
        elif cell.chip:
            self._chip(painter, area, cell, selected)
        else:
            self._words(painter, area, cell, number=column.number)
        painter.restore()

    def _curve(self, painter: QPainter, area: QRectF, cell: Cell) -> None:
        height = self._theme.px(30)
        place = QRectF(area.left(), area.center().y() - height / 2, area.width(), height)
        color = cell.curve_color or self._theme.tokens.lines[0]
        paint_sparkline(painter, self._theme, place, cell.curve, color, done=cell.done)

    def _chip(self, painter: QPainter, area: QRectF, cell: Cell, selected: bool) -> None:
        name = TONE_ICONS.get(cell.chip, "") if cell.icon is None else cell.icon
        text, height = cell.text, self._theme.px(21)
        spare = area.width() - (chip_width(self._theme, "", name))
        text = QFontMetricsF(self._theme.font("head")).elidedText(text, Qt.TextElideMode.ElideRight, max(20.0, spare))
        width = min(area.width(), chip_width(self._theme, text, name))
        place = QRectF(area.left(), round(area.center().y() - height / 2), width, height)
        paint_chip(painter, self._theme, place, text, cell.chip, name, surface=selected)

    def _words(self, painter: QPainter, area: QRectF, cell: Cell, *, number: bool) -> None:
        theme = self._theme
        font = theme.font("mono" if cell.mono else "strong" if cell.strong else "body", tabular=number)
        side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        empty = not (cell.text or cell.note or cell.icon)
        if cell.icon:
            edge = theme.px(16)
            left = area.right() - edge if number and not cell.text else area.left()
            paint_icon(
                painter, cell.icon, QRectF(round(left), round(area.center().y() - edge / 2), edge, edge), cell.tone
            )
            area = area.adjusted(edge + 8, 0, 0, 0)
        metrics = QFontMetricsF(font)
        lines = [(MISSING if empty else cell.text, font, "text3" if empty else cell.tone)]
        if cell.note:
            lines.append((cell.note, theme.font("help"), "text2"))
        heights = [QFontMetricsF(used).lineSpacing() for _, used, _ in lines]
        top = area.center().y() - sum(heights) / 2 - (1 if len(lines) > 1 else 0)
        for (text, used, tone), height in zip(lines, heights, strict=True):
            metrics = QFontMetricsF(used)
            painter.setFont(used)
            painter.setPen(theme.color(tone))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            flags = int(side | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(area.left(), top, area.width(), height), flags, shown)
            top += height + 2


class Table(QTableView):
    """Rows to choose from.

    Signals:
        opened: a row was clicked or Enter was pressed on it; carries its index.
        row_selected: another row is the current one; carries its index.
    """

    opened = Signal(int)
    row_selected = Signal(int)

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        row_height: int = ROW,
        padding: int = 12,
        name: str = "Table",
        selectable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty table of ``columns``; ``name`` is what assistive technology calls it."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._row_height = row_height
        self.rows = Rows(columns, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Painter(self._theme, row_height, padding, self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.SingleSelection if selectable else mode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setAccessibleName(f"{name}, columns")
        head.setProperty("indent", padding)  # the sheet has a rule for each indent in use
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        for index, column in enumerate(columns):
            fixed = QHeaderView.ResizeMode.Fixed
            head.setSectionResizeMode(index, fixed if column.width else QHeaderView.ResizeMode.Stretch)
        self._theme.changed.connect(self._restyle)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self.row_selected.emit(now.row()))
        self._restyle()

    def set_rows(self, rows: Sequence[Sequence[Cell | str]]) -> None:
        """Show ``rows``; a plain string is a cell of body text."""
        self.rows.replace([[Cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])

    def height_of_all(self) -> int:
        """Return the height that shows every row without scrolling."""
        return self.horizontalHeader().height() + len(self.rows.rows) * self._theme.px(self._row_height) + 2

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the row under the pointer."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current row with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _restyle(self) -> None:
        px = self._theme.px
        self.verticalHeader().setDefaultSectionSize(px(self._row_height))
        head = self.horizontalHeader()
        head.setFont(self._theme.font("head"))
        head.setFixedHeight(px(36))
        for index, column in enumerate(self.rows.columns):
            if column.width:
                self.setColumnWidth(index, px(column.width))
        self.viewport().update()
