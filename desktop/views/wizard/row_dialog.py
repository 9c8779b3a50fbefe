"""One row to be corrected by hand: its fields as text, what is no text as JSON; it knows no file and saves nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.engine.errors import UserError
from desktop.flow.wizard_rows import RowRecord, field_text, field_value, json_value
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.theme import Theme

_WHOLE = "the row"
_LINES_LEAST, _LINES_MOST = 2, 12


class RowDialog(QDialog):
    """The fields of one row.

    Attributes:
        fields: column -> editor; a row that could not be read has one editor for the whole of it.

    Signals:
        saved: the row is to hold these values (row, values).
    """

    saved = Signal(int, dict)

    def __init__(self, record: RowRecord, reason: str = "", parent: QWidget | None = None) -> None:
        """Show ``record``, and ``reason`` if something is wrong with it."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._record = record
        self.fields: dict[str, QPlainTextEdit] = {}
        title = f"Row {record.row:,}" + (f", line {record.line:,}" if record.line and record.line != record.row else "")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.resize(720, 620)
        self.trouble = Banner("warn", "", "")
        self.trouble.setVisible(False)
        if reason:
            self._complain("warn", f"{reason[:1].upper()}{reason[1:].rstrip('.')}.", "")
        self.save_button = Button("Save", "primary")
        self.save_button.setDefault(True)
        cancel = Button("Cancel")
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addWidget(Text("Only Fettle's copy changes, never your file.", "help", "text2"), 1)
        feet.addWidget(cancel)
        feet.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text(title, "section"))
        column.addWidget(self.trouble)
        column.addWidget(ScrollArea(self._form()), 1)
        column.addLayout(feet)
        self.save_button.clicked.connect(self.save)
        cancel.clicked.connect(self.reject)
        save = QShortcut(QKeySequence("Ctrl+Return"), self)
        save.activated.connect(self.save)
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the values over and close; where a field is wrong, say so and stay."""
        try:
            values = self._values()
        except UserError as error:
            self._complain("bad", error.message, error.hint)
            return
        self.saved.emit(self._record.row, values)
        self.accept()

    def _values(self) -> dict[str, object]:
        if not self._record.values:
            value = json_value(self.fields[_WHOLE].toPlainText(), "The row")
            if not isinstance(value, dict):
                raise UserError("no_record", "A row is an object: names and values in curly brackets.")
            return value
        return {
            name: field_value(self.fields[name].toPlainText(), was, name) for name, was in self._record.values.items()
        }

    def _form(self) -> QWidget:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(4, 4, 12, 4)
        column.setSpacing(6)
        shown = dict(self._record.values) or {_WHOLE: self._record.raw}
        for name, value in shown.items():
            as_text = isinstance(value, str) and bool(self._record.values)
            column.addWidget(Text(name if as_text else f"{name}, as JSON", "head", "text"))
            column.addWidget(self._editor(name, field_text(value), mono=not as_text))
            column.addSpacing(6)
        column.addStretch(1)
        return form

    def _editor(self, name: str, text: str, *, mono: bool) -> QPlainTextEdit:
        editor = QPlainTextEdit(text)
        editor.setAccessibleName(name)
        editor.setTabChangesFocus(True)
        editor.setFont(self._theme.font("mono" if mono else "body"))
        lines = sum(1 + len(line) // 80 for line in text.split("\n"))
        lines = min(_LINES_MOST, max(_LINES_LEAST, lines))
        editor.setFixedHeight(lines * editor.fontMetrics().lineSpacing() + self._theme.px(24))
        self.fields[name] = editor
        return editor

    def _complain(self, tone: str, title: str, text: str) -> None:
        self.trouble.set(tone, title, text)
        self.trouble.setVisible(True)
