"""Where the question is written: Enter asks, Shift+Enter breaks the line; it knows nobody who answers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.views.components.button import Button
from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme

_HEIGHT = 60
_SIDE = 128


class Question(QPlainTextEdit):
    """The text being written.

    Signals:
        entered: Enter was pressed.
    """

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask with Enter; break the line with Shift or Control and Enter."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        breaks = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        if enter and not breaks:
            self.entered.emit()
        elif enter:
            self.insertPlainText("\n")
        else:
            super().keyPressEvent(event)


class Composer(QWidget):
    """The question and the button beside it.

    Signals:
        asked: the question, as written.
        stopped: the answers are to end here.
    """

    asked = Signal(str)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.edit = Question()
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName("Your question")
        self.edit.entered.connect(self._ask)
        self.edit.textChanged.connect(self._on_text)
        self.ask = Button("Ask both", "primary", "send")
        self.ask.clicked.connect(self._ask)
        self.stop = Button("Stop both", "secondary", "stop")
        self.stop.clicked.connect(self.stopped)
        self._key = Keycap("Enter")
        self._says = Text("asks", "help", "text2", wrap=False)
        hint = QHBoxLayout()
        hint.setSpacing(6)
        hint.addWidget(self._key)
        hint.addWidget(self._says)
        hint.addStretch(1)
        side = QVBoxLayout()
        side.setSpacing(4)
        for button in (self.ask, self.stop):
            button.setMinimumWidth(_SIDE)
            side.addWidget(button)
        side.addLayout(hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.edit, 1)
        row.addLayout(side)
        self._can_ask = False
        self._theme.changed.connect(self._restyle)
        self._restyle()
        self.show_state(can_ask=False, answering=False, both=True, waits="")

    def show_state(self, *, can_ask: bool, answering: bool, both: bool, waits: str) -> None:
        """Offer to ask or to stop; ``waits`` says why neither."""
        self._can_ask = can_ask
        self.ask.setText("Ask both" if both else "Ask")
        self.stop.setText("Stop both" if both else "Stop")
        self.ask.setVisible(not answering)
        self.stop.setVisible(answering)
        self.edit.setPlaceholderText("Ask both\N{HORIZONTAL ELLIPSIS}" if both else "Ask\N{HORIZONTAL ELLIPSIS}")
        self._show_key("Esc" if answering else "Enter", "stops" if answering else "asks")
        self.ask.setToolTip(waits)
        self._on_text()

    def take(self, text: str) -> None:
        """Write ``text`` into the field, for the user to change or send."""
        self.edit.setPlainText(text)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self.edit.setFocus()

    def _show_key(self, key: str, says: str) -> None:
        if self._key.key != key:
            self._key.key = key
            self._key.setAccessibleName(f"Key {key}")
            self._key.updateGeometry()
            self._key.update()
        self._says.setText(says)

    def _ask(self) -> None:
        text = self.edit.toPlainText()
        if self._can_ask and text.strip():
            self.edit.clear()
            self.asked.emit(text)

    def _on_text(self) -> None:
        self.ask.setEnabled(self._can_ask and bool(self.edit.toPlainText().strip()))

    def _restyle(self) -> None:
        self.edit.setFont(self._theme.font("reading"))
        self.edit.setFixedHeight(self._theme.px(_HEIGHT))
