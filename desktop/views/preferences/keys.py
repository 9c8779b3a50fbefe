"""All keys of the annotator and the project's guide, laid over it; any key takes it away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.components.card import Card
from desktop.views.components.divider import Divider
from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme

_ROWS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("1", "\N{LEFTWARDS ARROW}"), "A is better"),
    (("2", "\N{RIGHTWARDS ARROW}"), "B is better"),
    (("3",), "Both good"),
    (("4",), "Both bad"),
    (("Enter",), "Go on to the next pair"),
    (("Space",), "Scroll both answers; Shift and Space scroll back"),
    (("S",), "Skip: the pair comes again at the end"),
    (("Ctrl", "Z"), "Undo, as far back as you like, also after a restart"),
    (("Q", "\N{HORIZONTAL ELLIPSIS}", "Y"), "Say why; press again to take it back"),
    (("N",), "Write a note"),
    (("P",), "Pause the clock"),
    (("?",), "These keys"),
)


class KeySheet(QWidget):
    """A card in the middle over a veil.

    Signals:
        closed: it was taken away.
    """

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Lie over ``parent``, hidden."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._guide = Text("", "body")
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, self._theme.px(96))
        grid.setColumnStretch(1, 1)
        for place, (keys, words) in enumerate(_ROWS):
            caps = QHBoxLayout()
            caps.setSpacing(4)
            for key in keys:
                caps.addWidget(Text(key, "help", "text2") if key == "\N{HORIZONTAL ELLIPSIS}" else Keycap(key))
            caps.addStretch(1)
            grid.addLayout(caps, place, 0)
            grid.addWidget(Text(words, "body", wrap=False), place, 1)
        card = Card(padding=24)
        card.setFixedWidth(self._theme.px(520))
        card.body.setSpacing(14)
        card.body.addWidget(Text("Keys", "section"))
        card.body.addWidget(self._guide)
        card.body.addLayout(grid)
        card.body.addWidget(Divider())
        card.body.addWidget(Text("Press any key to go back.", "help", "text2"))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("All keys")
        self.hide()

    def open(self, guide: str) -> None:
        """Come to the front."""
        self._guide.setText(guide)
        self._guide.setVisible(bool(guide))
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def close_sheet(self) -> None:
        """Go away."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go away at any key but a bare modifier."""
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta):
            self.close_sheet()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go away at a click."""
        self.close_sheet()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the veil."""
        veil = QColor(self._theme.color("window"))
        veil.setAlphaF(0.82)
        begin(self).fillRect(self.rect(), veil)
