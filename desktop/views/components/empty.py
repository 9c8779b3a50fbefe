"""What a place says while it holds nothing: icon, one line, one sentence, one button; it knows no page."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme


class Glyph(QWidget):
    """One icon as a picture that takes no focus."""

    def __init__(self, name: str, side: int = 16, tone: str = "text2", parent: QWidget | None = None) -> None:
        """Draw the icon ``name`` in a square of ``side``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._name = name
        self._side = side
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.updateGeometry)
        self._theme.changed.connect(self.update)

    def set(self, name: str, tone: str | None = None) -> None:
        """Draw another icon."""
        self._name, self._tone = name, tone or self._tone
        self.update()

    def sizeHint(self) -> QSize:
        """Return the square."""
        side = self._theme.px(self._side)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        paint_icon(QPainter(self), self._name, QRectF(self.rect()), self._tone)


class EmptyState(QWidget):
    """An empty place that says what to do.

    Signals:
        acted: the button was pressed.
    """

    acted = Signal()

    def __init__(
        self, icon: str, title: str, text: str, button: str | None = None, parent: QWidget | None = None
    ) -> None:
        """Show ``icon``, ``title`` and ``text`` in the middle, with ``button`` under them."""
        super().__init__(parent)
        middle = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(Glyph(icon, 32), 0, middle)
        column.addSpacing(4)
        self.title = Text(title, "section", align=middle)
        self.text = Text(text, "body", "text2", align=middle)
        self.text.setMaximumWidth(420)
        column.addWidget(self.title)
        row = QHBoxLayout()  # not an alignment: an aligned paragraph is given one line's height
        row.addStretch(1)
        row.addWidget(self.text, 1000)
        row.addStretch(1)
        column.addLayout(row)
        self.button = Button(button or "")
        self.button.clicked.connect(self.acted)
        column.addSpacing(4)
        column.addWidget(self.button, 0, middle)
        self.button.setVisible(button is not None)  # only now: without a parent it would be a window of its own
        column.addStretch(1)
        self.setAccessibleName(title)
