"""Buttons in five kinds and three sizes, painted from tokens; a button knows its words and not what they do."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.views.components.paint import begin, box
from desktop.views.theme import tokens as measures
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme

Kind = Literal["primary", "secondary", "ghost", "link", "danger"]
Size = Literal["normal", "small", "hero"]

_HEIGHT = {"normal": measures.CONTROL, "small": measures.CONTROL_SMALL, "hero": measures.CONTROL_HERO}
_PADDING = {"normal": 14, "small": 10, "hero": 24}
_GAP = 6


class Button(QPushButton):
    """A button: at most one ``primary`` a screen; ``danger`` is red text without a fill.

    Attributes:
        kind: ``primary``, ``secondary``, ``ghost``, ``link`` or ``danger``.
    """

    def __init__(
        self,
        text: str,
        kind: Kind = "secondary",
        icon: str | None = None,
        size: Size = "normal",
        *,
        trailing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show ``text`` with ``icon`` before it, or after it when ``trailing``; without text give ``set_name``."""
        super().__init__(text, parent)
        self._theme = Theme.instance_of(self)
        self._icon_name = icon
        self._size = size
        self._trailing = trailing
        self.kind: Kind = kind
        self.setAccessibleName(text or (icon or "").replace("-", " "))
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind == "link" else Qt.CursorShape.ArrowCursor)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def setText(self, text: str) -> None:
        """Change the words, also for assistive technology."""
        super().setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def set_name(self, name: str) -> None:
        """Name a button that shows an icon only; the name is its tooltip too."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_kind(self, kind: Kind) -> None:
        """Become another kind: the primary act of a screen changes with its state."""
        if kind != self.kind:
            self.kind = kind
            self._restyle()

    def set_icon(self, name: str | None) -> None:
        """Show another icon of ours, or none."""
        if name != self._icon_name:
            self._icon_name = name
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for icon, words and padding at the text-size setting."""
        height = self._theme.px(_HEIGHT[self._size])
        side = self._icon_side()
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text()) if self.text() else 0.0
        if self._icon_name:
            width += side + (self._theme.px(_GAP) if self.text() else 0)
        if self.kind == "link":
            return QSize(round(width) + 4, height)
        if not self.text():
            return QSize(height, height)
        return QSize(round(width) + 2 * self._theme.px(_PADDING[self._size]), height)

    def minimumSizeHint(self) -> QSize:
        """Return the same: words of a button are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, icon and words in the state of the moment."""
        painter = begin(self)
        fill, edge, ink = self._colours()
        area = QRectF(self.rect())
        if fill is not None or edge is not None:
            box(painter, area, measures.RADIUS_CONTROL, fill, edge)
        painter.setFont(self.font())
        painter.setPen(ink)
        side, gap = self._icon_side(), self._theme.px(_GAP)
        metrics = QFontMetricsF(self.font())
        words, shown, icon = metrics.horizontalAdvance(self.text()), self.text(), self._icon_name
        if icon and shown and words + side + gap > area.width():
            icon = None  # squeezed by a layout: the words matter more
        if words > area.width():
            shown = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, area.width() - 4)
            words = metrics.horizontalAdvance(shown)
        whole = words + ((side + (gap if shown else 0)) if icon else 0)
        left = 2.0 if self.kind == "link" else (area.width() - whole) / 2
        icon_left = left + words + gap if self._trailing else left
        text_left = left if self._trailing or not icon else left + side + gap
        if icon:
            top = (area.height() - side) / 2
            paint_icon(painter, icon, QRectF(round(icon_left), round(top), side, side), ink.name())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextShowMnemonic
        painter.drawText(QRectF(text_left, 0, words + 2, area.height()), int(flags), shown)

    def _icon_side(self) -> int:
        return self._theme.px(18 if self._size == "hero" else 16)

    def _restyle(self) -> None:
        role = {"hero": "section", "small": "head", "normal": "label"}[self._size]
        font = self._theme.font(role)
        if self.kind == "primary":
            font = self._theme.font("section" if self._size == "hero" else "strong")
        self.setFont(font)
        self.updateGeometry()
        self.update()

    def _colours(self) -> tuple[QColor | None, QColor | None, QColor]:
        color, down = self._theme.color, self.isDown()
        over = self.underMouse() and self.isEnabled()
        if not self.isEnabled():
            if self.kind in ("ghost", "link"):
                return None, None, color("disabled")
            return color("sunken"), color("line"), color("disabled")
        if self.isChecked():
            return color("accent_soft"), color("accent"), color("accent")
        if self.kind == "primary":
            accent = color("accent")
            return accent.lighter(116 if down else 108) if over or down else accent, None, color("on_accent")
        if self.kind == "ghost":
            return color("chip") if over or down else None, None, color("text2")
        if self.kind == "link":
            return None, None, color("text") if over else color("accent")
        fill = color("chip") if down else color("sunken") if over else color("surface")
        return fill, color("line2"), color("bad") if self.kind == "danger" else color("text")
