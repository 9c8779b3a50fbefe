"""A table of as many rows as a data set has, of which only those in sight are at hand; it knows no file.

Nothing here waits: a row that is not at hand is drawn as dots and asked for. Rows are all of one height and own no
widget, and they are drawn by a painter of their own, so that scrolling costs what is in sight and nothing else.
"""

from __future__ import annotations

import gc
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QWidget,
)

from desktop.bridge.row_pages import RowPages
from desktop.flow.wizard_rows import STATE_TITLES, SeenRow
from desktop.views.theme.theme import Theme
from desktop.views.wizard.row_painter import RowPainter

ROW_HEIGHT = 30
_LONGEST = 300  # letters of a cell that are laid out at all
_NARROWEST, _WIDEST = 84, 210
_WAITING = "\N{HORIZONTAL ELLIPSIS}"
_ROW, _LINE, _STATE = range(3)


class RowModel(QAbstractTableModel):
    """The rows as Qt asks for them.

    Attributes:
        columns: of the data set, between the standing columns at both sides.
        lengths: how many letters their cells usually hold, for their widths.
        files: whether the rows come from several files, which then stand beside their lines.
    """

    def __init__(self, pages: RowPages, parent: QWidget | None = None) -> None:
        """Show what ``pages`` has."""
        super().__init__(parent)
        self._pages = pages
        self.columns: tuple[str, ...] = ()
        self.lengths: tuple[int, ...] = ()
        self.files = False
        self._rows = 0
        pages.reset.connect(self._reset)
        pages.arrived.connect(self._arrived)

    def set_columns(self, columns: tuple[str, ...], lengths: tuple[int, ...], *, files: bool) -> None:
        """Show the cells of these columns."""
        if (columns, files) != (self.columns, self.files):
            self.beginResetModel()
            self.columns, self.lengths, self.files = columns, lengths, files
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows there are."""
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns) + 4

    def seen(self, place: int) -> SeenRow | None:
        """Return the row at ``place``, ``None`` while it is on its way."""
        return self._pages.row(place) if 0 <= place < self._rows else None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what one cell shows."""
        column = index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column < _STATE else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return self.words(self._pages.row(index.row()), column) if role in _SAID else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the head of a column, aligned as its cells are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ("Row", "Line", "State", *self.columns, "What is wrong")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section < _STATE else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def words(self, row: SeenRow | None, column: int) -> str:
        """Return what the cell of ``row`` in ``column`` says."""
        if row is None:
            return _WAITING if column > _STATE else ""
        if column == _ROW:
            return f"{row.row:,}"
        if column == _LINE:
            return f"{row.file}: {row.line:,}" if self.files and row.file else f"{row.line:,}"
        if column == _STATE:
            return STATE_TITLES[row.state]
        place = column - _STATE - 1
        if place >= len(self.columns):
            return row.reason
        return " ".join(row.cells.get(self.columns[place], "")[:_LONGEST].split())

    def _reset(self) -> None:
        self.beginResetModel()
        self._rows = self._pages.total
        self.endResetModel()

    def _arrived(self, first: int, last: int) -> None:
        last = min(last, self._rows - 1)
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))


_SAID = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)


class RowTable(QTableView):
    """The table itself.

    Signals:
        opened: Enter was pressed on a row, or it was clicked twice (place).
        toggled: Space or Delete was pressed on a row (place).
        moved: another row is the current one (place, -1 for none).
    """

    opened = Signal(int)
    toggled = Signal(int)
    moved = Signal(int)

    def __init__(self, pages: RowPages, parent: QWidget | None = None) -> None:
        """Show what ``pages`` has."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.rows = RowModel(pages, self)
        self.setModel(self.rows)
        self._painter = RowPainter(self._theme, _STATE)
        self.setAccessibleName("All rows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setAccessibleName("All rows, columns")
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._theme.changed.connect(self._restyle)
        self.rows.modelReset.connect(self._widths)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self.moved.emit(now.row()))
        self._restyle()

    def go_to(self, place: int) -> None:
        """Bring the row at ``place`` into sight and make it the current one."""
        index = self.rows.index(place, 0)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def showEvent(self, event: QShowEvent) -> None:
        """Take what the program holds out of Python's search for garbage: going through it takes three frames."""
        super().showEvent(event)
        gc.collect()
        gc.freeze()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let it be searched again."""
        super().hideEvent(event)
        gc.unfreeze()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight."""
        painter = QPainter(self.viewport())
        area, rows, head = event.rect(), self.rows, self.horizontalHeader()
        many = rows.rowCount()
        first = self.rowAt(max(0, area.top()))
        if not many or first < 0 or not head.count():
            return
        last = self.rowAt(area.bottom())
        columns = [
            (column, head.sectionViewportPosition(column), head.sectionSize(column))
            for column in (head.logicalIndex(place) for place in range(head.count()))
        ]
        current, height = self.currentIndex().row(), self.rowHeight(first)
        for place in range(first, (last if last >= 0 else many - 1) + 1):
            row = rows.seen(place)
            words = [rows.words(row, column) for column in range(len(columns))]
            state = row.state if row is not None else ""
            top = self.rowViewportPosition(place)
            self._painter.paint(
                painter, top, height, columns, words, state, current=place == current, last=place == many - 1
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, skip or restore the current row; everything else moves."""
        place = self.currentIndex().row()
        if place >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(place)
        elif place >= 0 and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Delete):
            self.toggled.emit(place)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row under the pointer."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.opened.emit(index.row())

    def _restyle(self) -> None:
        self._painter.restyle()
        self.setFont(self._theme.font("body"))
        self.verticalHeader().setMinimumSectionSize(self._theme.px(ROW_HEIGHT))
        self.verticalHeader().setDefaultSectionSize(self._theme.px(ROW_HEIGHT))
        head = self.horizontalHeader()
        head.setFont(self._theme.font("head"))
        head.setFixedHeight(self._theme.px(34))
        self._widths()

    def _widths(self) -> None:
        px, head = self._theme.px, self.horizontalHeader()
        many = len(self.rows.columns)
        if head.count() != many + 4:
            return
        number = 34 + 9 * len(f"{self.rows.rowCount():,}")
        widths = [max(64, number), 190 if self.rows.files else max(64, number), 110]
        widths += [min(_WIDEST, max(_NARROWEST, 24 + 7 * letters)) for letters in self.rows.lengths]
        widths = [px(width) for width in (*widths, 240)]
        # What room is left goes to the columns that have most to say.
        spare = self.viewport().width() - sum(widths)
        wide = [place for place in range(3, 3 + many) if widths[place] >= px(_WIDEST)] or [2 + many]
        for place in wide:
            widths[place] += max(0, spare // len(wide))
        for section, width in enumerate(widths):
            self.setColumnWidth(section, width)

    def put_reason(self, *, first: bool) -> None:
        """Show what is wrong before the values, where it is what is looked for; behind them otherwise."""
        head = self.horizontalHeader()
        reason = head.count() - 1
        head.moveSection(head.visualIndex(reason), 3 if first else reason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the columns their widths."""
        super().resizeEvent(event)
        self._widths()
