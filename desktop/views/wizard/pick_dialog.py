"""More ways to map: where each role's value comes from, what speakers and labels are called; it reads no row."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.engine.data.source import DataSource
from desktop.engine.errors import UserError
from desktop.flow.wizard_findings import DataFound, RoleChoice
from desktop.flow.wizard_mapping import Mapping
from desktop.flow.wizard_picks import SPEAKERS, WAYS, PickForm, form_of, lines_of, pick_of, values_of, way_named
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.theme import Theme

_HINTS = {
    "none": "",
    "column": "question, or messages[0].content",
    "constant": "You are a kind assistant.",
    "join": "title, body",
}


class PickDialog(QDialog):
    """One line for each role, and two lists of names.

    Signals:
        applied: the mapping, what speakers mean, what labels mean.
    """

    applied = Signal(object, dict, dict)

    def __init__(self, data: DataFound, mapping: Mapping, source: DataSource, parent: QWidget | None = None) -> None:
        """Show how ``data`` is mapped and what ``source`` says of speakers and labels."""
        super().__init__(parent)
        self._mapping = mapping
        self.setWindowTitle("More ways to map")
        self.setAccessibleName("More ways to map")
        self.resize(760, 620)
        self.lines = {
            role.id: _RoleLine(role, form_of(mapping.picks.get(role.id)), data) for role in mapping.choice.roles
        }
        self.speakers = _names("What speakers are called", lines_of(source.roles), "human = user\ngpt = assistant")
        self.labels = _names("What labels are called", lines_of(source.labels), "0 = negative\n1 = positive")
        self.trouble = Banner("bad", "", "")
        self.trouble.hide()
        self.apply_button = Button("Apply", "primary")
        self.apply_button.setDefault(True)
        cancel = Button("Cancel")
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addStretch(1)
        feet.addWidget(cancel)
        feet.addWidget(self.apply_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text(f"Where the values come from: {mapping.choice.title}", "section"))
        column.addWidget(ScrollArea(self._form(data)), 1)
        column.addWidget(self.trouble)
        column.addLayout(feet)
        self.apply_button.clicked.connect(self.apply)
        cancel.clicked.connect(self.reject)

    def apply(self) -> None:
        """Hand the mapping over and close; where something is missing, say so and stay."""
        try:
            mapping = self._mapping
            for role, line in self.lines.items():
                mapping = mapping.with_pick(role, pick_of(line.form(), line.title))
            speakers = values_of(self.speakers.toPlainText(), "Speakers", SPEAKERS)
            labels = values_of(self.labels.toPlainText(), "Labels")
        except UserError as error:
            self._complain(error.message, error.hint)
            return
        if mapping.missing:
            self._complain(mapping.missing, "")
            return
        self.applied.emit(mapping, speakers, labels)
        self.accept()

    def _complain(self, message: str, hint: str) -> None:
        self.trouble.set("bad", message, hint)
        self.trouble.show()

    def _form(self, data: DataFound) -> QWidget:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(4, 4, 12, 4)
        column.setSpacing(12)
        for line in self.lines.values():
            column.addWidget(line)
        if data.paths:
            column.addWidget(Text(f"Places inside columns: {', '.join(data.paths[:12])}", "help", "text2"))
        names = QGridLayout()
        names.setContentsMargins(0, 8, 0, 0)
        names.setHorizontalSpacing(16)
        names.setVerticalSpacing(4)
        for place, (words, editor) in enumerate((("Speakers", self.speakers), ("Labels", self.labels))):
            names.addWidget(Text(words, "head", "text"), 0, place)
            names.addWidget(editor, 1, place)
            names.addWidget(Text("One a line: the name in the file = what it means.", "help", "text2"), 2, place)
        column.addLayout(names)
        column.addStretch(1)
        return form


class _RoleLine(QWidget):
    """One role: where its value comes from, and what is typed for that."""

    def __init__(self, role: RoleChoice, form: PickForm, data: DataFound, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = role.title
        self.way = Combo()
        for id, words in WAYS.items():
            self.way.addItem(words, id)
        self.way.setCurrentIndex(max(0, self.way.findData(form.way)))
        self.way.setFixedWidth(Theme.instance_of(self).px(272))
        self.way.setAccessibleName(f"{role.title}: where its value comes from")
        self.text = QLineEdit(form.text)
        self.text.setAccessibleName(f"{role.title}: column, place or text")
        completer = QCompleter([*data.columns, *data.paths], self.text)
        completer.setFilterMode(completer.filterMode().MatchContains)
        self.text.setCompleter(completer)
        self.between = QLineEdit(form.between)
        self.between.setAccessibleName(f"{role.title}: text between the columns")
        self.between.setToolTip("What stands between the columns; \\n is a line feed")
        self.between.setFixedWidth(Theme.instance_of(self).px(90))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.way)
        row.addWidget(self.text, 1)
        row.addWidget(self.between)
        row.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(Text(role.title if role.required else f"{role.title} (optional)", "head", "text"))
        column.addLayout(row)
        self.way.currentIndexChanged.connect(self._refresh)
        self._refresh()

    def form(self) -> PickForm:
        return PickForm(way_named(str(self.way.currentData())), self.text.text(), self.between.text())

    def _refresh(self) -> None:
        way = str(self.way.currentData())
        self.text.setVisible(way != "none")
        self.text.setPlaceholderText(_HINTS[way])
        self.between.setVisible(way == "join")


def _names(name: str, text: str, example: str) -> QPlainTextEdit:
    editor = QPlainTextEdit(text)
    theme = Theme.instance_of(editor)
    editor.setAccessibleName(name)
    editor.setPlaceholderText(example)
    editor.setTabChangesFocus(True)
    editor.setFont(theme.font("mono"))
    editor.setFixedHeight(theme.px(96))
    return editor
