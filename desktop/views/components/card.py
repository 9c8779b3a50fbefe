"""A card: surface and one hairline, or the accent when selected; it knows nothing of what lies on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CARD


class Card(QWidget):
    """A panel to build on.

    Attributes:
        body: the layout that holds what is on the card.

    Signals:
        clicked: a clickable card was chosen with mouse, Space or Enter.
    """

    clicked = Signal()

    def __init__(
        self,
        selected: bool = False,
        padding: int = 20,
        *,
        clickable: bool = False,
        fill: str = "surface",
        radius: int = RADIUS_CARD,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty card; ``fill`` names the token it is painted with (``sunken`` for a well)."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._selected = selected
        self._clickable = clickable
        self._fill = fill
        self._radius = radius
        self._corners: _Corners | None = None
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(8)
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._theme.changed.connect(self.update)

    def cover_corners(self) -> None:
        """Round off what lies on the card: a table fills its corners, which a style sheet cannot clip."""
        self._corners = _Corners(self, self._radius)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the corners on top."""
        super().resizeEvent(event)
        if self._corners is not None:
            self._corners.setGeometry(self.rect())
            self._corners.raise_()

    @property
    def selected(self) -> bool:
        """Whether the card is the chosen one among its like."""
        return self._selected

    @selected.setter
    def selected(self, selected: bool) -> None:
        if selected != self._selected:
            self._selected = selected
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the panel."""
        painter = begin(self)
        color = self._theme.color
        if self._selected:
            box(painter, self.rect(), self._radius, color("accent_soft"), color("accent"), 1.5)
            return
        over = self._clickable and self.underMouse()
        box(painter, self.rect(), self._radius, color(self._fill), color("line2" if over else "line"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the card with the left button."""
        inside = self.rect().contains(event.position().toPoint())
        if self._clickable and inside and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
        else:
            super().mouseReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that the release comes here too."""
        if not self._clickable:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the card with Space or Enter."""
        if self._clickable and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class _Corners(QWidget):
    """Paints what is outside the rounded edge in the window's colour, and the edge itself over it."""

    def __init__(self, card: Card, radius: int) -> None:
        super().__init__(card)
        self._theme = Theme.instance_of(self)
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(card.rect())
        self._theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = begin(self)
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(QRectF(self.rect()))
        inside.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._radius, self._radius)
        painter.fillPath(outside.subtracted(inside), self._theme.color("window"))
        box(painter, self.rect(), self._radius, None, self._theme.color("line"))
