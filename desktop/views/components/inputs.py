"""Which control stands for which kind of option, and how its value is read; it knows no label and no layout."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from desktop.engine.options import OptionField
from desktop.views.components.fields import Combo, DoubleBox, NumberEdit, Slider, SpinBox

_STEPS = 1000
_MOST = 2_000_000_000


class Editor(QObject):
    """A control and the value in it.

    Attributes:
        widget: what goes into the form.
        focus: the part of it that takes the keyboard and carries the accessible name.

    Signals:
        changed: the value is another one.
    """

    changed = Signal()

    def __init__(self, widget: QWidget, focus: QWidget, read: Callable[[], Any], write: Callable[[Any], None]) -> None:
        """Join ``widget`` with the two functions that read and write it."""
        super().__init__(widget)
        self.widget = widget
        self.focus = focus
        self._read = read
        self._write = write

    def value(self) -> Any:
        """Return the value shown."""
        return self._read()

    def set(self, value: Any) -> None:
        """Show ``value`` without saying that it changed."""
        blocker = QSignalBlocker(self)
        self._write(value)
        blocker.unblock()


def editor_for(field: OptionField) -> Editor:
    """Return the control for ``field``, showing its default."""
    maker = {"flag": _flag, "choice": _choice, "list": _list, "text": _text}.get(field.kind)
    if maker is None:
        maker = _optional_number if field.optional else _number
    editor = maker(field)
    editor.set(field.default)
    return editor


def _flag(field: OptionField) -> Editor:
    box = QCheckBox("On")
    editor = Editor(box, box, box.isChecked, lambda value: box.setChecked(bool(value)))
    box.toggled.connect(editor.changed)
    return editor


def _choice(field: OptionField) -> Editor:
    combo = Combo()
    if field.optional:
        combo.addItem("not chosen" if field.holds else "automatic", None)
    for choice, title in zip(field.choices, field.titles or field.choices, strict=True):
        combo.addItem(title, choice)

    def write(value: Any) -> None:
        combo.setCurrentIndex(max(0, combo.findData(value)))

    editor = Editor(combo, combo, combo.currentData, write)
    combo.currentIndexChanged.connect(editor.changed)
    return editor


def _text(field: OptionField) -> Editor:
    edit = QLineEdit()
    if field.optional:
        edit.setPlaceholderText("automatic")

    def read() -> str | None:
        return edit.text() or (None if field.optional else "")

    editor = Editor(edit, edit, read, lambda value: edit.setText("" if value is None else str(value)))
    edit.textEdited.connect(editor.changed)
    return editor


def _list(field: OptionField) -> Editor:
    edit = QLineEdit()
    edit.setPlaceholderText("automatic" if field.optional else "separated by commas")

    def read() -> Any:
        parts = [part.strip() for part in edit.text().split(",") if part.strip()]
        if not parts and field.optional:
            return None
        return tuple(parts) if isinstance(field.default, tuple) else parts

    def write(value: Any) -> None:
        edit.setText(value if isinstance(value, str) else ", ".join(map(str, value or ())))

    editor = Editor(edit, edit, read, write)
    edit.textEdited.connect(editor.changed)
    return editor


def _optional_number(field: OptionField) -> Editor:
    edit = NumberEdit(whole=field.kind == "integer")
    editor = Editor(edit, edit, edit.number, edit.set_number)
    edit.number_changed.connect(editor.changed)
    return editor


def _number(field: OptionField) -> Editor:
    box: SpinBox | DoubleBox
    low = field.minimum if field.minimum is not None else (0 if field.kind == "integer" else -1e12)
    high = field.maximum if field.maximum is not None else (_MOST if field.kind == "integer" else 1e12)
    if field.kind == "integer":
        box = SpinBox(max(-_MOST, math.ceil(low)), min(_MOST, math.floor(high)))
    else:
        box = DoubleBox(low, high)

    def write(value: Any) -> None:
        box.setValue(value if value is not None else 0)

    if field.kind == "integer" and field.minimum is not None and field.maximum is not None and high <= 1024:
        return _with_slider(box, int(low), int(high))
    if field.kind == "number" and (field.minimum, field.maximum) == (0, 1):
        return _with_slider(box, 0.0, 1.0)
    editor = Editor(box, box, box.value, write)
    box.valueChanged.connect(editor.changed)
    return editor


def _with_slider(box: SpinBox | DoubleBox, low: float, high: float) -> Editor:
    """Put a slider before the box; a range over several magnitudes moves by shares, so that small numbers have room."""
    shares = low > 0 and high / low >= 32
    slider = Slider(0, _STEPS)
    slider.setMinimumWidth(60)
    box.setFixedWidth(box.fontMetrics().horizontalAdvance("000000") + 24)
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(slider, 1)
    row.addWidget(box)

    def position(value: float) -> int:
        share = math.log(max(value, low) / low) / math.log(high / low) if shares else (value - low) / (high - low)
        return round(_STEPS * share)

    def from_slider(place: int) -> None:
        share = place / _STEPS
        value = low * (high / low) ** share if shares else low + share * (high - low)
        if isinstance(box, SpinBox):
            box.setValue(round(float(value)))
        else:
            box.setValue(round(float(value), 2))

    def show(value: Any) -> None:
        blocker = QSignalBlocker(slider)
        slider.setValue(position(float(value)))
        blocker.unblock()

    def write(value: Any) -> None:
        if isinstance(box, SpinBox):
            box.setValue(int(low if value is None else value))
        else:
            box.setValue(float(low if value is None else value))
        show(box.value())

    editor = Editor(holder, box, box.value, write)
    slider.valueChanged.connect(from_slider)
    box.valueChanged.connect(show)
    box.valueChanged.connect(editor.changed)
    slider.setAccessibleName("Slider")
    return editor
