"""Input controls that the wheel cannot change by accident; they know numbers and words and not what these mean.

Spin boxes show no buttons because the sheet gives them no width: Qt's own ``NoButtons`` together with a style sheet
leaves the text one pixel wide.
"""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

# The sheet's padding does not reach the line edit inside a spin box.
_INDENT = 9


class SpinBox(QSpinBox):
    """A whole number; arrow keys step it, the wheel scrolls the page."""

    def __init__(self, minimum: int = 0, maximum: int = 1_000_000_000, parent: QWidget | None = None) -> None:
        """Allow ``minimum`` to ``maximum``."""
        super().__init__(parent)
        self.setRange(minimum, maximum)
        self.setGroupSeparatorShown(True)
        self.lineEdit().setTextMargins(_INDENT, 0, _INDENT, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class DoubleBox(QDoubleSpinBox):
    """A number, written as people write small ones: ``2e-4`` goes in and comes out."""

    def __init__(self, minimum: float = 0.0, maximum: float = 1e12, parent: QWidget | None = None) -> None:
        """Allow ``minimum`` to ``maximum``."""
        super().__init__(parent)
        self.setDecimals(15)
        self.setRange(minimum, maximum)
        self.lineEdit().setTextMargins(_INDENT, 0, _INDENT, 0)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        """Write the shortest form that reads back as the same number."""
        return number_text(value)

    def valueFromText(self, text: str) -> float:
        """Read a number in any usual form."""
        value = read_number(text)
        return self.value() if value is None else value

    def validate(self, text: str, position: int) -> Any:
        """Accept every beginning of a number; what is out of range is corrected when the editing ends."""
        value = read_number(text)
        if value is not None and self.minimum() <= value <= self.maximum():
            return (QValidator.State.Acceptable, text, position)
        partial = re.fullmatch(r"\s*[-+]?[\d ]*[.,]?\d*([eE][-+]?\d*)?\s*", text) is not None
        state = QValidator.State.Intermediate if partial else QValidator.State.Invalid
        return (state, text, position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class Combo(QComboBox):
    """A choice of one; the wheel opens nothing and changes nothing."""

    def __init__(self, choices: list[str] | tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        """Offer ``choices``."""
        super().__init__(parent)
        self.addItems(list(choices))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class Slider(QSlider):
    """A lying slider without ticks; the wheel leaves it alone."""

    def __init__(self, minimum: int = 0, maximum: int = 100, parent: QWidget | None = None) -> None:
        """Allow ``minimum`` to ``maximum``."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(minimum, maximum)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class NumberEdit(QLineEdit):
    """A number that may be left out: an empty field means the default.

    Signals:
        number_changed: the text is another number now, or empty (``None``).
    """

    number_changed = Signal(object)

    def __init__(self, *, whole: bool, placeholder: str = "automatic", parent: QWidget | None = None) -> None:
        """Read whole numbers only if ``whole``."""
        super().__init__(parent)
        self._whole = whole
        self.setPlaceholderText(placeholder)
        self.textEdited.connect(self._on_edited)

    def number(self) -> float | int | None:
        """Return the number, or ``None`` while the field is empty or no number."""
        value = read_number(self.text())
        if value is None or not self._whole:
            return value
        return int(value) if value == int(value) else None

    def set_number(self, value: float | None) -> None:
        """Show ``value``, or nothing."""
        self.setText("" if value is None else number_text(value))

    def is_acceptable(self) -> bool:
        """Tell whether the field is empty or holds a number."""
        return not self.text().strip() or self.number() is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step a whole number with the arrow keys, as a spin box does."""
        value = self.number()
        if self._whole and value is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_number(value + (1 if event.key() == Qt.Key.Key_Up else -1))
            self._on_edited()
        else:
            super().keyPressEvent(event)

    def _on_edited(self) -> None:
        if self.is_acceptable():
            self.number_changed.emit(self.number())


def read_number(text: str) -> float | None:
    """Read a number written with a decimal point or comma, with spaces or commas between thousands, or as ``2e-4``."""
    plain = text.strip().replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", plain):
        return None
    return float(plain)


def number_text(value: float) -> str:
    """Write ``value`` in its shortest exact form, with an exponent for small ones (``2e-4``, ``0.05``, ``8``)."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if abs(value) >= 1e-2:
        return repr(float(f"{value:.12g}"))
    mantissa, _, exponent = f"{value:.12e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
