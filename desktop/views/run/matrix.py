"""A confusion matrix as a table: each cell has its number, its share and a tint; it counts nothing."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from desktop.flow.measures import share
from desktop.flow.run_findings import ConfusionTable
from desktop.views.components.bar import ink_on
from desktop.views.components.table import Cell, Column, Table
from desktop.views.theme.theme import Theme

ROW_HEIGHT = 46
LABEL_WIDTH = 168
CELL_WIDTH = 104
WIDEST = 6  # labels whose columns share the width; more scroll sideways
_FULL = {"light": 0.62, "dark": 0.5}  # of the tint at 100 %: the number on it must stay easy to read


class Matrix(Table):
    """What rows are down the side, what was said of them across.

    Attributes:
        confusion: what is shown.
    """

    def __init__(self, confusion: ConfusionTable, parent: QWidget | None = None) -> None:
        """Show ``confusion``."""
        width = 0 if len(confusion.labels) <= WIDEST else CELL_WIDTH
        columns = [
            Column("It is", LABEL_WIDTH),
            *(Column(f"said {label}", width, number=True) for label in confusion.labels),
        ]
        name = "Confusion matrix: the label of the rows down the side, the label that was said across"
        super().__init__(columns, row_height=ROW_HEIGHT, name=name, selectable=True, parent=parent)
        self.confusion = confusion
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectItems)
        self.setAccessibleDescription(confusion.sentence)
        self._painter = _Tinted(self._theme, self)
        for column in range(1, len(columns)):
            self.setItemDelegateForColumn(column, self._painter)
        places = range(len(confusion.labels))
        self.set_rows(
            [
                [
                    Cell(confusion.labels[truth], strong=True),
                    *(
                        Cell(f"{confusion.counts[truth][said]:,}", share(confusion.share(truth, said)))
                        for said in places
                    ),
                ]
                for truth in places
            ]
        )
        self.setFixedHeight(self.height_of_all() + (14 if width else 0))


class _Tinted(QStyledItemDelegate):
    """Draws number and share on a tint: blue where label and word agree, vermilion where not."""

    def __init__(self, theme: Theme, table: Matrix) -> None:
        super().__init__(table)
        self._theme = theme
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        truth, said = index.row(), index.column() - 1
        part, right = self._table.confusion.share(truth, said), truth == said
        ground = tint(self._theme, part, right=right)
        rect = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, ground)
        # The diagonal is told by its edge too, not by colour alone.
        painter.setPen(QPen(self._theme.color("text2" if right else "line"), 1))
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected and self._table.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        cell = index.data(Qt.ItemDataRole.UserRole)
        ink = ink_on(ground)
        area = rect.adjusted(12, 4, -12, -4)
        right_of = Qt.AlignmentFlag.AlignRight
        painter.setPen(ink)
        painter.setFont(self._theme.font("strong", tabular=True))
        painter.drawText(area, int(right_of | Qt.AlignmentFlag.AlignTop), cell.text)
        painter.setFont(self._theme.font("axis", tabular=True))
        painter.drawText(area, int(right_of | Qt.AlignmentFlag.AlignBottom), cell.note)
        painter.restore()


def tint(theme: Theme, part: float, *, right: bool) -> QColor:
    """Return the ground of a cell that holds so much of its row."""
    color, ground = theme.color(theme.tokens.lines[0 if right else 1]), theme.color("surface")
    most = _FULL.get(theme.tokens.name, 0.5) * part
    pairs = ((color.red(), ground.red()), (color.green(), ground.green()), (color.blue(), ground.blue()))
    return QColor(*(round(most * a + (1 - most) * b) for a, b in pairs))
