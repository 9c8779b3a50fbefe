"""The table of runs with a tick before each; it knows rows in words and not what is done with those ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.flow.run_list import RunRow
from desktop.views.components.paint import box
from desktop.views.components.table import Cell, Column, Table
from desktop.views.run.status import chip_look
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme

COLUMNS = (
    Column("", 44),
    Column("Run"),
    Column("Model", 132),
    Column("Method", 108),
    Column("Status", 132),
    Column("Judged by, before \N{RIGHTWARDS ARROW} now", 224),
    Column("Steps", 104, number=True),
    Column("Loss", 74, number=True),
    Column("Validation", 92, number=True),
    Column("To base", 80, number=True),
    Column("Tokens/s", 84, number=True),
    Column("Peak GB", 80, number=True),
    Column("Time", 104, number=True),
    Column("Started", 118, number=True),
)
DROPPED = (11, 10, 9, 7, 6, 12, 3, 2)  # columns given up, one after the other, where names have too little room
NAME_WIDTH = 190
TICK, NAME = 0, 1


@dataclass(frozen=True)
class TickCell(Cell):
    """The first cell of a row: whether the run is ticked, and the colour its curve has while it is compared."""

    ticked: bool = False


@dataclass(frozen=True)
class NameCell(Cell):
    """The second: the name behind a piece of the run's curve, where it has one."""

    line: str = ""


class RunsTable(Table):
    """The runs.

    Signals:
        ticked: a run was ticked or unticked; carries its row.
        picked: a run is to be opened; carries its row.
        delete_wanted: the Delete key was pressed.
    """

    ticked = Signal(int)
    picked = Signal(int)
    delete_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the table, empty."""
        super().__init__(COLUMNS, name="Runs", selectable=False, parent=parent)
        self._theme = Theme.instance_of(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setItemDelegateForColumn(TICK, _Tick(self._theme, self))
        self.setItemDelegateForColumn(NAME, _Name(self._theme, self))
        self.opened.connect(self._on_opened)
        self._clicked_column = NAME

    def show_runs(self, rows: Sequence[RunRow], ticked: Sequence[str], lines: dict[str, str]) -> None:
        """Show ``rows``; those in ``ticked`` are marked, ``lines`` has the colours of those compared."""
        self.set_rows([_cells(row, row.folder in ticked, lines.get(row.folder, "")) for row in rows])
        model, chosen = self.selectionModel(), QItemSelectionModel.SelectionFlag
        model.clearSelection()
        for place, row in enumerate(rows):
            if row.folder in ticked:
                model.select(self.rows.index(place, 0), chosen.Select | chosen.Rows)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the column: a click on the tick ticks, one elsewhere opens."""
        self._clicked_column = self.indexAt(event.position().toPoint()).column()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick with Space, open with Enter, delete with Delete."""
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_Space and row >= 0:
            self.ticked.emit(row)
            return
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
            return
        self._clicked_column = NAME
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns there is room for."""
        super().resizeEvent(event)
        px = self._theme.px
        needed = px(NAME_WIDTH) + sum(px(column.width) for column in COLUMNS)
        for column in DROPPED:
            hidden = needed > event.size().width()
            self.setColumnHidden(column, hidden)
            needed -= px(COLUMNS[column].width) if hidden else 0

    def _on_opened(self, row: int) -> None:
        (self.ticked if self._clicked_column == TICK else self.picked).emit(row)


class _Tick(QStyledItemDelegate):
    """Draws a check box as forms do."""

    def __init__(self, theme: Theme, table: QAbstractItemView) -> None:
        super().__init__(table)
        self._theme = theme
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = index.data(Qt.ItemDataRole.UserRole)
        rect, color = QRectF(option.rect), self._theme.color
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _ground(painter, rect, option, index, self._theme)
        side = self._theme.px(18)
        place = QRectF(round(rect.center().x() - side / 2) + 2, round(rect.center().y() - side / 2), side, side)
        if cell.ticked:
            box(painter, place, 4, color("accent"))
            paint_icon(painter, "check", place.adjusted(2, 2, -2, -2), self._theme.tokens.on_accent)
        else:
            box(painter, place, 4, color("surface"), color("field"))
        if self._table.hasFocus() and self._table.currentIndex().row() == index.row():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(place.adjusted(-4, -4, 4, 4), 6, 6)
        painter.restore()


class _Name(QStyledItemDelegate):
    """Draws a run's name, with a piece of its curve before it while it is compared."""

    def __init__(self, theme: Theme, table: QAbstractItemView) -> None:
        super().__init__(table)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = index.data(Qt.ItemDataRole.UserRole)
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _ground(painter, rect, option, index, self._theme)
        left = rect.left() + 12
        if cell.line:
            painter.setPen(QPen(self._theme.color(cell.line), 2))
            middle = round(rect.center().y())
            painter.drawLine(QPointF(left, middle), QPointF(left + 18, middle))
            left += 26
        painter.setFont(self._theme.font("strong"))
        painter.setPen(self._theme.color("text"))
        area = QRectF(left, rect.top(), rect.right() - left - 12, rect.height() - 1)
        shown = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.restore()


def _ground(
    painter: QPainter,
    rect: QRectF,
    option: QStyleOptionViewItem,
    index: QModelIndex | QPersistentModelIndex,
    theme: Theme,
) -> None:
    state: QStyle.StateFlag = option.state
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, theme.color("accent_soft"))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, theme.color("sunken"))
    if index.row() < index.model().rowCount() - 1:
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), theme.color("line"))


def _cells(row: RunRow, ticked: bool, line: str) -> list[Cell]:
    tone, icon = chip_look(row.status)
    said = "ticked" if ticked else "not ticked"
    return [
        TickCell(said, ticked=ticked),
        NameCell(row.name, line=line),
        Cell(row.model),
        Cell(row.method),
        Cell(row.word, chip=tone, icon=icon),
        Cell(row.judged),
        Cell(row.steps, tone="text2"),
        Cell(row.loss),
        Cell(row.validation, strong=ticked),
        Cell(row.to_base),
        Cell(row.speed),
        Cell(row.peak),
        Cell(row.time, tone="text2"),
        Cell(row.started, tone="text2"),
    ]
