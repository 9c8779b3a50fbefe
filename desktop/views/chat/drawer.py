"""The settings of the next answers, the same for both columns; what they may be is said by ``Sampling`` itself."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.engine.generate.sampling import Sampling
from desktop.engine.options import OptionField, fields_of
from desktop.flow.chat import Chat
from desktop.views.components.button import Button
from desktop.views.components.divider import Divider
from desktop.views.components.fields import Slider, SpinBox, number_text
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.theme import Theme

WIDTH = 296
# What a slider can reach; a run of tokens beyond it is typed into a job file, not into a chat.
_STEPS: dict[str, tuple[float, ...]] = {
    "temperature": tuple(step / 20 for step in range(31)),
    "top_p": tuple(step / 20 for step in range(1, 21)),
    "max_tokens": (16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024),
    "repetition_penalty": tuple(1 + step / 20 for step in range(21)),
}


class SliderRow(QWidget):
    """A label, the value in words, and a slider over fixed steps.

    Signals:
        changed: the value is another one.
    """

    changed = Signal()

    def __init__(self, field: OptionField, steps: tuple[float, ...], parent: QWidget | None = None) -> None:
        """Build the row of ``field``."""
        super().__init__(parent)
        self._field = field
        self._steps = steps
        self.slider = Slider(0, len(steps) - 1)
        self.slider.setPageStep(max(1, len(steps) // 10))
        self._value = Text("", "label", wrap=False, tabular=True)
        head = QHBoxLayout()
        head.addWidget(Text(field.label, "label", wrap=False))
        head.addStretch(1)
        head.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.slider)
        column.addWidget(Text(field.help, "help", "text2"))
        self.slider.setAccessibleDescription(field.help)
        self.slider.valueChanged.connect(self._on_moved)
        self._show()

    @property
    def value(self) -> float:
        """The value the slider stands at."""
        return self._steps[self.slider.value()]

    def set(self, value: float) -> None:
        """Stand at the step nearest to ``value``, without saying that anything changed."""
        self.slider.blockSignals(True)
        self.slider.setValue(min(range(len(self._steps)), key=lambda place: abs(self._steps[place] - value)))
        self.slider.blockSignals(False)
        self._show()

    def _on_moved(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        words = f"{number_text(self.value)} {self._field.unit}".strip()
        self._value.setText(words)
        self.slider.setAccessibleName(f"{self._field.label}: {words}")


class Drawer(QWidget):
    """The panel at the right.

    Signals:
        changed: a setting is another one; carries the sampling and the system prompt.
        closed: it is to go away.
    """

    changed = Signal(object, str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the defaults."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.setFixedWidth(WIDTH)
        fields = {field.name: field for field in fields_of(Sampling)}
        self.rows = {name: SliderRow(fields[name], steps) for name, steps in _STEPS.items()}
        self.system = QPlainTextEdit()
        self.system.setTabChangesFocus(True)
        self.system.setFixedHeight(78)
        self.system.setAccessibleName("System prompt")
        self.system.setPlaceholderText("None")
        seed = fields["seed"]
        self.seed = SpinBox(int(seed.minimum or 0), int(seed.maximum or 0))
        self.seed.setGroupSeparatorShown(False)
        self.seed.setAccessibleName(seed.label)
        self.dice = Button("", icon="dice")
        self.dice.set_name("Roll another seed")
        self.dice.clicked.connect(lambda: self.seed.setValue(random.SystemRandom().randrange(1, 10_000)))
        self.close_button = Button("", "ghost", "cross", "small")
        self.close_button.set_name("Close the settings")
        self.close_button.clicked.connect(self.closed)
        self.defaults = Button("Back to the defaults", "link", "undo")
        self.defaults.clicked.connect(self._back)
        for row in self.rows.values():
            row.changed.connect(self._emit)
        self.seed.valueChanged.connect(self._emit)
        self.system.textChanged.connect(self._emit)
        self._lay_out(seed)

    def show_chat(self, chat: Chat) -> None:
        """Show the settings of ``chat``."""
        for name, row in self.rows.items():
            row.set(getattr(chat.sampling, name))
        self.seed.blockSignals(True)
        self.seed.setValue(chat.sampling.seed)
        self.seed.blockSignals(False)
        if self.system.toPlainText() != chat.system:
            self.system.blockSignals(True)
            self.system.setPlainText(chat.system)
            self.system.blockSignals(False)

    def values(self) -> dict[str, Any]:
        """Return the settings shown."""
        shown: dict[str, Any] = {name: row.value for name, row in self.rows.items()}
        return shown | {"max_tokens": int(shown["max_tokens"]), "seed": self.seed.value()}

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the panel with a hairline at its left."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("surface"))
        painter.fillRect(0, 0, 1, self.height(), self._theme.color("line"))

    def _lay_out(self, seed: OptionField) -> None:
        top = QHBoxLayout()
        top.addWidget(Text("Settings", "section", wrap=False))
        top.addStretch(1)
        top.addWidget(self.close_button)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 4, 20, 16)
        column.setSpacing(14)
        prompt = QVBoxLayout()
        prompt.setSpacing(4)
        prompt.addWidget(Text("System prompt", "label", wrap=False))
        prompt.addWidget(self.system)
        prompt.addWidget(Text("Said before every question, to both. Keep the one used in training.", "help", "text2"))
        column.addLayout(prompt)
        column.addWidget(Divider())
        for row in self.rows.values():
            column.addWidget(row)
        column.addWidget(Divider())
        numbers = QHBoxLayout()
        numbers.setSpacing(8)
        numbers.addWidget(self.seed, 1)
        numbers.addWidget(self.dice)
        chance = QVBoxLayout()
        chance.setSpacing(4)
        chance.addWidget(Text(seed.label, "label", wrap=False))
        chance.addLayout(numbers)
        chance.addWidget(Text(seed.help, "help", "text2"))
        column.addLayout(chance)
        column.addStretch(1)
        column.addWidget(self.defaults)
        head = QWidget()
        names = QVBoxLayout(head)
        names.setContentsMargins(20, 24, 12, 8)
        names.setSpacing(2)
        names.addLayout(top)
        names.addWidget(Text("The same on both sides", "help", "ok"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(ScrollArea(inner), 1)

    def _back(self) -> None:
        default = Sampling()
        for name, row in self.rows.items():
            row.set(getattr(default, name))
        self.seed.setValue(default.seed)
        self.system.setPlainText("")
        self._emit()

    def _emit(self) -> None:
        self.changed.emit(Sampling(**self.values()), self.system.toPlainText().strip())
