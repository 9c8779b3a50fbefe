"""What the tints mean, and whether they are shown and names hidden; it knows no answer."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QWidget

from desktop.flow.chat import Chat
from desktop.views.chat.answer import tint_color, underline_token
from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme

_SHARES = (-1.0, -0.75, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
_STRONG = 0.4  # the share from which tokens are underlined too
_CELL = 14


class Scale(QWidget):
    """The tints from much less to much more likely."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Draw every step once."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colours from less likely, blue and dashed, to more likely, ochre and underlined")
        self._theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return room for the steps."""
        return QSize(len(_SHARES) * _CELL, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the steps, with the underline where tokens have it."""
        painter = begin(self)
        for place, share in enumerate(_SHARES):
            cell = QRectF(place * _CELL, 0, _CELL - 1, self.height())
            painter.fillRect(cell, tint_color(self._theme, share))
            if abs(share) >= _STRONG:
                pen = QPen(self._theme.color(underline_token(share)), 2)
                if share < 0:
                    pen.setStyle(Qt.PenStyle.DotLine)
                painter.setPen(pen)
                painter.drawLine(cell.bottomLeft(), cell.bottomRight())


class Legend(QWidget):
    """The line under the conversation.

    Signals:
        differences_toggled: whether to tint.
        blind_toggled: whether to hide the names.
    """

    differences_toggled = Signal(bool)
    blind_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with tints and names."""
        super().__init__(parent)
        self._key = QWidget()
        key = QHBoxLayout(self._key)
        key.setContentsMargins(0, 0, 0, 0)
        key.setSpacing(8)
        key.addWidget(Text("Colour", "head", wrap=False))
        key.addWidget(Text("less likely than in base", "help", "text2", elide=True))
        key.addWidget(Scale(), 0, Qt.AlignmentFlag.AlignVCenter)
        key.addWidget(Text("more likely", "help", "text2", elide=True))
        self.verdict = Text("", "help", "text2", elide=True)
        self.differences = QCheckBox("Show differences")
        self.blind = QCheckBox("Hide names, judge blind")
        self.differences.clicked.connect(self.differences_toggled)
        self.blind.clicked.connect(self.blind_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self._key)
        row.addWidget(self.verdict, 1)
        row.addWidget(self.differences)
        row.addWidget(self.blind)

    def show_chat(self, chat: Chat) -> None:
        """Show what fits ``chat``: nothing to compare, no legend."""
        self.setVisible(len(chat.contenders) == 2)
        self._key.setVisible(chat.tints)
        self.verdict.setText(chat.verdict)
        self.differences.setChecked(chat.show_differences)
        self.differences.setEnabled(not chat.blind)
        self.blind.setChecked(chat.blind)
