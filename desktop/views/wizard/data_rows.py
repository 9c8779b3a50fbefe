"""All rows of a data set: a table, a filter, a way to a row by its number, corrections by hand; no decisions."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.data_edits import DataEdits
from desktop.bridge.row_pages import RowPages
from desktop.engine.errors import UserError
from desktop.engine.job import DataSource
from desktop.flow.wizard_findings import DataFound
from desktop.flow.wizard_rows import RowRecord, column_lengths, filters
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.fields import Combo, SpinBox
from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text
from desktop.views.wizard.row_dialog import RowDialog
from desktop.views.wizard.row_table import RowTable

_PLAIN = ("", "good", "edited")  # filters that are not about what is wrong
_KEYS = (("Space", "skip or restore"), ("Enter", "edit"), ("Ctrl+Z", "undo"), ("Ctrl+Y", "redo"), ("Esc", "back"))


class RowsView(QWidget):
    """The table and what stands around it.

    Signals:
        closed: back to the overview.
    """

    closed = Signal()

    def __init__(self, pages: RowPages, edits: DataEdits, parent: QWidget | None = None) -> None:
        """Show rows of ``pages``, correct them through ``edits``."""
        super().__init__(parent)
        self._pages = pages
        self._edits = edits
        self._dialog: RowDialog | None = None
        self._goal = 0
        self.back_button = Button("Back to the overview", icon="arrow-left", size="small")
        self._count = Text("", "body", "text2", elide=True, tabular=True)
        self.filter = Combo()
        self.filter.setProperty("compact", True)
        self.filter.setAccessibleName("Which rows are shown")
        self.filter.setMinimumContentsLength(22)
        self.filter.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.go_to = SpinBox(1, 1)
        self.go_to.setProperty("compact", True)
        self.go_to.setAccessibleName("Go to row")
        self.go_to.setKeyboardTracking(False)
        self.skip_button = Button("Skip", size="small")
        self.edit_button = Button("Edit…", size="small")
        self.table = RowTable(pages)
        self._said = Text("", "help", "text2", elide=True)
        self._lay_out()
        self.back_button.clicked.connect(self.closed)
        self.filter.activated.connect(self._on_filter)
        self.go_to.valueChanged.connect(self._on_go_to)
        self.skip_button.clicked.connect(lambda: self._toggle(self.table.currentIndex().row()))
        self.edit_button.clicked.connect(lambda: self._open(self.table.currentIndex().row()))
        self.table.opened.connect(self._open)
        self.table.toggled.connect(self._toggle)
        self.table.moved.connect(self._on_moved)
        pages.reset.connect(self._on_reset)
        pages.arrived.connect(self._on_arrived)
        pages.failed.connect(self._on_failed)
        edits.record_came.connect(self._on_record)
        edits.said.connect(self._say)
        edits.failed.connect(self._on_failed)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.closed)

    def show_rows(self, source: DataSource, data: DataFound, only: str | None = None, *, settled: bool = True) -> None:
        """Show the rows of ``source``; ``only`` narrows them, ``None`` leaves the filter as it is.

        ``settled`` is as of the pages: whether the source was read as it is.
        """
        wanted = self._pages.only if only is None else only
        offered = filters(data.checks)
        if wanted not in dict(offered):
            wanted = "bad" if wanted else ""
        blocker = QSignalBlocker(self.filter)
        self.filter.clear()
        for id, words in offered:
            self.filter.addItem(words, id)
        self.filter.setCurrentIndex(max(0, self.filter.findData(wanted)))
        blocker.unblock()
        self.go_to.setMaximum(max(1, data.total))
        self.table.rows.set_columns(data.columns, column_lengths(data), files=bool(source.also))
        self.table.put_reason(first=wanted not in _PLAIN)
        self._source = source
        self._pages.show(source, wanted, settled=settled)
        self._on_moved(self.table.currentIndex().row())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.back_button)
        head.addWidget(self._count, 1)
        head.addWidget(self.filter)
        head.addWidget(Text("go to row", "body", "text2", wrap=False))
        head.addWidget(self.go_to)
        card = Card(padding=1)
        card.body.addWidget(self.table)
        card.cover_corners()
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for widget in (self.skip_button, self.edit_button):
            foot.addWidget(widget)
        foot.addWidget(self._said, 1)
        for key, words in _KEYS:
            foot.addWidget(Keycap(key))
            foot.addWidget(Text(words, "help", "text2", wrap=False))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(card, 1)
        column.addLayout(foot)

    def _on_filter(self) -> None:
        only = str(self.filter.currentData())
        self.table.put_reason(first=only not in _PLAIN)
        self._pages.show(self._pages.source or self._source, only)
        self._pages.show(self._source, only, settled=False)

    def _on_go_to(self, row: int) -> None:
        if self._pages.only:  # a number counts among all rows
            self.filter.setCurrentIndex(0)
            self._on_filter()
        self._goal = row - 1
        self._reach_goal()

    def _reach_goal(self) -> None:
        if self._goal >= 0 and self._goal < self.table.rows.rowCount():
            goal, self._goal = self._goal, -1
            self.table.go_to(goal)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_reset(self) -> None:
        number = self._pages.total
        words = "1 row" if number == 1 else f"{number:,} rows"
        self._count.setText(words if self._pages.known else "Looking for them…")
        if self._goal < 0 and number and self.table.currentIndex().row() < 0:
            self.table.setCurrentIndex(self.table.rows.index(0, 0))
        self._reach_goal()
        self._on_moved(self.table.currentIndex().row())

    def _on_arrived(self, first: int, last: int) -> None:
        if first <= self.table.currentIndex().row() <= last:
            self._on_moved(self.table.currentIndex().row())

    def _on_moved(self, place: int) -> None:
        row = self.table.rows.seen(place)
        self.skip_button.setEnabled(row is not None)
        self.edit_button.setEnabled(row is not None)
        self.skip_button.setText("Restore" if row is not None and row.state in ("skipped", "edited") else "Skip")

    def _toggle(self, place: int) -> None:
        row = self.table.rows.seen(place)
        if row is None:
            return
        if row.state in ("skipped", "edited"):
            self._edits.restore(row.row)
        else:
            self._edits.skip(row.row)

    def _open(self, place: int) -> None:
        row = self.table.rows.seen(place)
        if row is not None and self._pages.source is not None:
            self._edits.fetch(row.row, row.line, self._pages.source)

    def _on_record(self, record: RowRecord) -> None:
        if not self.isVisible():
            return
        place = self.table.currentIndex().row()
        row = self.table.rows.seen(place)
        self._dialog = RowDialog(record, row.reason if row is not None and row.row == record.row else "", self)
        self._dialog.saved.connect(self._edits.correct)
        self._dialog.finished.connect(self._on_closed)
        self._dialog.open()

    def _on_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, words: str) -> None:
        self._said.set_tone("text2")
        self._said.setText(words)

    def _on_failed(self, error: UserError) -> None:
        self._said.set_tone("bad")
        self._said.setText(str(error))
