"""A form made from option fields, so that a new option needs no view code; it knows no particular option."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.errors import Problem
from desktop.engine.options import OptionField
from desktop.views.components.button import Button
from desktop.views.components.empty import Glyph
from desktop.views.components.fields import Combo, DoubleBox, NumberEdit, Slider, SpinBox
from desktop.views.components.inputs import Editor, editor_for
from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme

__all__ = ["Combo", "DoubleBox", "FormRow", "NumberEdit", "OptionForm", "Slider", "SpinBox"]


class ChangedDot(QAbstractButton):
    """The dot after a label: this differs from its default; pressing it puts the default back."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        """Make the dot of the option ``label``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.setAccessibleName(f"Reset {label} to its default")
        self.setFixedSize(QSize(16, 16))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot."""
        painter = begin(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawEllipse(5, 5, 6, 6)


class FormRow(QWidget):
    """Label above, control, one help line; an error takes the help's place, with icon and edge.

    Attributes:
        editor: the control and how to read it.
    """

    def __init__(self, field: OptionField, parent: QWidget | None = None) -> None:
        """Build the row of ``field``."""
        super().__init__(parent)
        self.field = field
        self.editor: Editor = editor_for(field)
        self._label = Text(field.label, "label", wrap=False)
        self._dot = ChangedDot(field.label)
        self._help = Text(_help_of(field), "help", "text2")
        self._error = Text("", "help", "bad")
        self._error_icon = Glyph("warn", 14, "bad")
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._label)
        head.addWidget(self._dot)
        head.addStretch(1)
        if field.unit:
            head.addWidget(Text(field.unit, "help", "text3", wrap=False))
        wrong = QHBoxLayout()
        wrong.setSpacing(6)
        wrong.addWidget(self._error_icon, 0, Qt.AlignmentFlag.AlignTop)
        wrong.addWidget(self._error, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.editor.widget)
        column.addLayout(wrong)
        column.addWidget(self._help)
        column.addStretch(1)
        self._label.setBuddy(self.editor.focus)
        self.editor.focus.setAccessibleName(field.label)
        self.editor.focus.setAccessibleDescription(field.help)
        self._dot.clicked.connect(self.reset)
        self.editor.changed.connect(self._mark)
        self.set_error("")
        self._mark()

    def reset(self) -> None:
        """Put the default back."""
        self.editor.set(self.field.default)
        self.editor.changed.emit()

    def set_error(self, message: str) -> None:
        """Show what is wrong instead of the help, or the help again."""
        self._error.setText(message)
        for widget, shown in ((self._error, bool(message)), (self._error_icon, bool(message))):
            widget.setVisible(shown)
        self._help.setVisible(not message and bool(self._help.text()))
        focus = self.editor.focus
        if bool(focus.property("invalid")) != bool(message):
            focus.setProperty("invalid", bool(message))
            focus.style().unpolish(focus)
            focus.style().polish(focus)

    def _mark(self) -> None:
        changed = self.editor.value() != self.field.default
        policy = self._dot.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._dot.setSizePolicy(policy)
        self._dot.setVisible(changed)


class OptionForm(QWidget):
    """All options of one thing, the advanced ones behind "More options".

    Signals:
        changed: the user changed a value; carries all values.
    """

    changed = Signal(dict)

    def __init__(self, fields: list[OptionField], *, columns: int = 2, parent: QWidget | None = None) -> None:
        """Build a row for each of ``fields``, ``columns`` beside each other."""
        super().__init__(parent)
        self._columns = max(1, columns)
        self.rows: dict[str, FormRow] = {field.name: FormRow(field) for field in fields}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        plain = [row for row in self.rows.values() if not row.field.advanced]
        advanced = [row for row in self.rows.values() if row.field.advanced]
        column.addLayout(self._grid(plain))
        self._more = Button("More options", "link", "chevron-right")
        self._more.setCheckable(False)
        self._rest = QWidget()
        self._rest.setLayout(self._grid(advanced))
        named = Text(", ".join(row.field.label.lower() for row in advanced), "help", "text2", elide=True)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._more)
        line.addWidget(named, 1)
        column.addLayout(line)
        column.addWidget(self._rest)
        # Only now: a widget without a parent would be shown as a window of its own.
        for widget in (self._more, named):
            widget.setVisible(bool(advanced) and bool(plain))
        self._more_there = bool(advanced) and bool(plain)
        self._all = False
        self._rest.setVisible(not plain)
        self._more.clicked.connect(self._toggle_rest)
        for row in self.rows.values():
            row.editor.changed.connect(self._emit)

    def values(self) -> dict[str, Any]:
        """Return every option's value; an optional one left empty is ``None``."""
        return {name: row.editor.value() for name, row in self.rows.items()}

    def changed_values(self) -> dict[str, Any]:
        """Return only what differs from its default."""
        return {name: value for name, value in self.values().items() if value != self.rows[name].field.default}

    def set_values(self, values: dict[str, Any]) -> None:
        """Show ``values``; what is not named keeps what it shows, and ``changed`` is not emitted."""
        for name, value in values.items():
            if name in self.rows:
                self.rows[name].editor.set(value)
                self.rows[name]._mark()

    def set_problems(self, problems: list[Problem]) -> None:
        """Show each problem beside the field it names (the last part of a dotted path) and clear the others."""
        said = {problem.field.rpartition(".")[2]: f"{problem.message} {problem.fix}".strip() for problem in problems}
        for name, row in self.rows.items():
            row.set_error(said.get(name, ""))
        if any(name in said and row.field.advanced for name, row in self.rows.items()):
            self._show_rest(True)

    def show_all(self, shown: bool) -> None:
        """Show the advanced options, or hide them again; asked again with the same it leaves what the user opened."""
        if shown != self._all:
            self._all = shown
            self._show_rest(shown or not self._more_there)

    def _grid(self, rows: list[FormRow]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(14)
        for place, row in enumerate(rows):
            grid.addWidget(row, place // self._columns, place % self._columns)
        for index in range(self._columns):
            grid.setColumnStretch(index, 1)
        return grid

    def _toggle_rest(self) -> None:
        self._show_rest(self._rest.isHidden())

    def _show_rest(self, shown: bool) -> None:
        self._rest.setVisible(shown)
        self._more.set_icon("chevron-down" if shown else "chevron-right")

    def _emit(self) -> None:
        self.changed.emit(self.values())


def _help_of(field: OptionField) -> str:
    if field.typical and field.typical not in field.help:
        return f"{field.help} Usual: {field.typical}."
    return field.help
