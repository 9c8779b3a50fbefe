"""The first rows of a file, with a role picker in the head of each column; it knows no file and no role by name."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QWidget

from desktop.flow.wizard_findings import DataFound
from desktop.flow.wizard_mapping import UNUSED, Mapping
from desktop.views.components.card import Card
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CARD

ROWS = 5
_NARROWEST = 130
_LONGEST = 160  # letters of a cell that are laid out at all


class ColumnsCard(Card):
    """The table of first rows.

    Signals:
        picked: a column was given a role (column, role id; empty for none).
    """

    picked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=1, parent=parent)
        self.pickers: dict[str, Combo] = {}
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.setSpacing(0)
        self.body.addWidget(self._scroll)
        self._beyond = Text("", "help", "text2")
        self._beyond.setContentsMargins(16, 5, 16, 7)
        self.body.addWidget(self._beyond)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._built: tuple[object, ...] = ()

    def show_rows(self, data: DataFound, mapping: Mapping | None) -> None:
        """Show the first rows of ``data`` and what its columns are taken for."""
        wanted = (data.path, data.columns, data.first, mapping.choice if mapping else None)
        if wanted != self._built:
            self._built = wanted
            self._build(data, mapping)
        for column, picker in self.pickers.items():
            role = mapping.role_of(column) if mapping else UNUSED
            blocker = QSignalBlocker(picker)
            picker.setCurrentIndex(max(0, picker.findData(role)))
            blocker.unblock()
        beyond = mapping.beyond(data.columns) if mapping else []
        self._beyond.setText("; ".join(f"{title}: {words}" for title, words in beyond))
        self._beyond.setVisible(bool(beyond))

    def _build(self, data: DataFound, mapping: Mapping | None) -> None:
        inner = _Ground(self._theme)
        grid = QGridLayout(inner)
        grid.setContentsMargins(16, 8, 16, 2)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(0)
        grid.addWidget(Text("Line", "help", "text2", wrap=False, align=Qt.AlignmentFlag.AlignRight), 0, 0, 2, 1)
        self.pickers = {}
        for place, name in enumerate(data.columns, start=1):
            head = Text(name, "mono", "text", elide=True)
            head.setMinimumWidth(_NARROWEST)
            grid.addWidget(head, 0, place)
            picker = _picker(name, mapping)
            picker.currentIndexChanged.connect(
                lambda _index, name=name, picker=picker: self.picked.emit(name, str(picker.currentData()))
            )
            self.pickers[name] = picker
            grid.addWidget(picker, 1, place)
            grid.setColumnStretch(place, 3 if mapping and mapping.uses(name) else 2)
        grid.setRowMinimumHeight(0, self._theme.px(24))
        grid.setRowMinimumHeight(1, self._theme.px(44))
        for number, row in enumerate(data.first[:ROWS], start=2):
            grid.setRowMinimumHeight(number, self._theme.px(29))
            line = Text(f"{row.line:,}", "help", "bad" if row.reason else "text3", wrap=False, tabular=True)
            line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(line, number, 0)
            for place, cell in enumerate(row.cells, start=1):
                used = mapping is not None and mapping.uses(data.columns[place - 1])
                shown = " ".join(cell[:_LONGEST].split()) or "\N{EN DASH}"
                grid.addWidget(Text(shown, "body", "text" if used else "text2", elide=True), number, place)
        inner.lines = min(ROWS, len(data.first))
        self._scroll.setWidget(inner)
        inner.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        wide = len(data.columns) * (_NARROWEST + 18) > self.width() - 80
        height = inner.sizeHint().height() + (12 if wide else 0)
        self._scroll.setFixedHeight(height)


class _Ground(QWidget):
    """The sunken head and the hairlines between rows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.lines = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = begin(self)
        color = self._theme.color
        grid = self.layout()
        if not isinstance(grid, QGridLayout):
            return
        head = grid.cellRect(1, 0).bottom() + 1
        area = self.rect()
        area.setHeight(head)
        box(painter, area, RADIUS_CARD - 1, color("sunken"))
        painter.fillRect(0, head // 2, self.width(), head - head // 2, color("sunken"))
        for line in range(self.lines):
            painter.fillRect(0, grid.cellRect(2 + line, 0).top(), self.width(), 1, color("line"))


def _picker(column: str, mapping: Mapping | None) -> Combo:
    picker = Combo()
    picker.setProperty("compact", True)
    picker.addItem("Not used", UNUSED)
    for role in mapping.choice.roles if mapping else ():
        picker.addItem(role.title if role.required else f"{role.title} (optional)", role.id)
    picker.setMinimumContentsLength(8)
    picker.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    picker.setAccessibleName(f"Role of the column {column}")
    return picker
