"""One of the four things that can be said about a pair; it knows words and a key, not what they mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.views.components.keycap import paint_cap
from desktop.views.components.paint import begin, box
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_INNER

_HEIGHT = 60


class ChoiceButton(QPushButton):
    """A wide button with a key cap, a title and a line under it; checked, it is what was said."""

    def __init__(self, key: str, title: str, note: str, parent: QWidget | None = None) -> None:
        """Show ``title`` and ``note`` behind the cap of ``key``."""
        super().__init__(title, parent)
        self._theme = Theme.instance_of(self)
        self._key = key
        self._note = note
        self.setCheckable(True)
        self.setAutoDefault(False)
        # A click must not take the keyboard away from the page, or the next key would go astray.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{title}, {note}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        """Return the height every choice has."""
        return QSize(self._theme.px(200), self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the least width that holds the words."""
        return QSize(self._theme.px(150), self._theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, cap, words, and the check where it was said."""
        painter = begin(self)
        theme, px, chosen = self._theme, self._theme.px, self.isChecked()
        fill = "accent_soft" if chosen else "sunken" if self.underMouse() else "surface"
        edge, width = ("accent", 1.5) if chosen else ("line2", 1.0)
        box(painter, self.rect(), RADIUS_INNER, theme.color(fill), theme.color(edge), width)
        side = px(28)
        cap = QRectF(px(16), (self.height() - side) / 2, side, side)
        paint_cap(painter, theme, cap, self._key, role="section", tone="accent" if chosen else "text2")
        left = cap.right() + px(14)
        room = self.width() - left - (px(40) if chosen else px(10))
        middle = self.height() / 2
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.color("accent" if chosen else "text"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, middle - px(19), room, px(20)), int(flags), self.text())
        painter.setFont(theme.font("help"))
        painter.setPen(theme.color("text2"))
        note = QFontMetricsF(painter.font()).elidedText(self._note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, middle, room, px(18)), int(flags), note)
        if chosen:
            paint_icon(painter, "check", QRectF(self.width() - px(32), middle - px(8), px(16), px(16)), "accent")

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
