"""A chat template being edited, with a row written in it beside; it runs no template itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.bridge.template_trial import TemplateTrial
from desktop.engine.errors import UserError
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme

_WORKS = "The template works on this row."


class TemplateDialog(QDialog):
    """Editor at the left, what it makes of a row at the right.

    Signals:
        applied: this text is to be the template.
    """

    applied = Signal(str)

    def __init__(self, trial: TemplateTrial, text: str, title: str, parent: QWidget | None = None) -> None:
        """Begin with ``text``, the template called ``title``."""
        super().__init__(parent)
        theme = Theme.instance_of(self)
        self._trial = trial
        self._begin = text
        self.setWindowTitle("Edit the chat template")
        self.setAccessibleName("Edit the chat template")
        self.resize(1060, 640)
        self.editor = QPlainTextEdit(text)
        self.editor.setAccessibleName("Chat template")
        self.editor.setFont(theme.font("mono"))
        self.editor.setTabChangesFocus(True)
        self.preview = QPlainTextEdit()
        self.preview.setAccessibleName("The row in this template")
        self.preview.setReadOnly(True)
        self.preview.setFont(theme.font("mono"))
        well = Card(padding=10, fill="sunken")
        well.body.addWidget(self.preview)
        self.trouble = Banner("info", "Trying it…", "")
        self.apply_button = Button("Apply", "primary")
        self.reset_button = Button("Reset", "ghost", "undo")
        self.reset_button.setToolTip(f"Back to {title}")
        cancel = Button("Cancel")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("Edit the chat template", "section"))
        column.addLayout(self._pair(title, well), 1)
        column.addWidget(self.trouble)
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addWidget(self.reset_button)
        feet.addStretch(1)
        feet.addWidget(cancel)
        feet.addWidget(self.apply_button)
        column.addLayout(feet)
        self.editor.textChanged.connect(self._on_changed)
        self.reset_button.clicked.connect(lambda: self.editor.setPlainText(self._begin))
        self.apply_button.clicked.connect(self._apply)
        cancel.clicked.connect(self.reject)
        trial.rendered.connect(self._show)
        trial.refused.connect(self._refuse)
        self.finished.connect(trial.stop)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_changed()

    def _pair(self, title: str, well: Card) -> QHBoxLayout:
        pair = QHBoxLayout()
        pair.setSpacing(16)
        row = f"Row {self._trial.row + 1:,} in it"
        for words, editor, share in ((f"Begun from {title}", self.editor, 5), (row, well, 4)):
            side = QVBoxLayout()
            side.setSpacing(6)
            side.addWidget(Text(words, "head", "text2"))
            side.addWidget(editor, 1)
            pair.addLayout(side, share)
        return pair

    def _on_changed(self) -> None:
        # Only what was tried and worked can be applied: a template that fails would fail every row.
        self.apply_button.setEnabled(False)
        self.reset_button.setEnabled(self.editor.toPlainText() != self._begin)
        self._trial.change(self.editor.toPlainText())

    def _show(self, text: str) -> None:
        self.preview.setPlainText(text)
        self.trouble.set("ok", _WORKS)
        self.apply_button.setEnabled(True)

    def _refuse(self, error: UserError) -> None:
        self.trouble.set("bad", error.message, error.hint)
        self.apply_button.setEnabled(False)

    def _apply(self) -> None:
        self.applied.emit(self.editor.toPlainText())
        self.accept()
