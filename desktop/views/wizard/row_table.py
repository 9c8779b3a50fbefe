"""A table of as many rows as a data set has, of which only those in sight are at hand; it knows no file.

Nothing here waits: a row that is not at hand is drawn as dots and asked for. Cells are drawn by Qt's own delegate,
rows are all of one height, and no row owns a widget, so that scrolling costs what is in sight and nothing else.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from desktop.bridge.row_pages import RowPages
from desktop.flow.wizard_rows import STATE_TITLES, SeenRow
from desktop.views.theme.icons import icon
from desktop.views.theme.theme import Theme

ROW_HEIGHT = 30
_LONGEST = 300  # letters of a cell that are laid out at all
_NARROWEST, _WIDEST = 84, 210
_WAITING = "\N{HORIZONTAL ELLIPSIS}"
_LOOKS = {
    "good": ("check", "ok"),
    "bad": ("cross", "bad"),
    "skipped": ("skip", "text3"),
    "fixed": ("tune", "info"),
    "edited": ("edit", "accent"),
}
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
        self._theme = Theme.instance_of(parent)
        self.columns: tuple[str, ...] = ()
        self.lengths: tuple[int, ...] = ()
        self.files = False
        self._rows = 0
        pages.reset.connect(self._reset)
        pages.arrived.connect(self._arrived)
        self._theme.changed.connect(self.restyle)
        self.restyle()

    def set_columns(self, columns: tuple[str, ...], lengths: tuple[int, ...], *, files: bool) -> None:
        """Show the cells of these columns."""
        if (columns, files) != (self.columns, self.files):
            self.beginResetModel()
            self.columns, self.lengths, self.files = columns, lengths, files
            self.endResetModel()

    def restyle(self) -> None:
        """Take colours, font and icons anew: looking them up for each cell would cost more than drawing it."""
        color = self._theme.color
        self._quiet: QColor = color("text3")
        self._weak: QColor = color("text2")
        self._struck: QFont = QFont(self._theme.font("body"))
        self._struck.setStrikeOut(True)
        self._icons: dict[str, QIcon] = {state: icon(*look) for state, look in _LOOKS.items()}

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
        if role not in _ASKED:
            return None
        row = self._pages.row(index.row())
        if row is None:
            return _WAITING if role == Qt.ItemDataRole.DisplayRole and column > _STATE else None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons[row.state] if column == _STATE else None
        if role == Qt.ItemDataRole.ForegroundRole:
            if column < _STATE or row.state == "skipped":
                return self._quiet
            return self._weak if column == _STATE or row.state == "bad" else None
        if role == Qt.ItemDataRole.FontRole:
            return self._struck if row.state == "skipped" and _STATE < column <= _STATE + len(self.columns) else None
        return self._words(row, column)

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

    def _words(self, row: SeenRow, column: int) -> str:
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


_ASKED = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    }
)


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
