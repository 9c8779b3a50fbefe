"""Small marks: a chip says a state in icon, word and tint; a toggle switches one thing; neither knows what it means."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.views.components.keycap import cap_width, paint_cap
from desktop.views.components.paint import begin, box
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CHIP, RADIUS_CONTROL

# Colour never stands alone: a toned chip without an icon of its own takes the tone's.
TONE_ICONS = {"ok": "check", "warn": "warn", "bad": "cross", "info": "info", "accent": "dot"}


class Chip(QWidget):
    """A state in a word.

    Attributes:
        text: the word shown.
        tone: ``neutral``, ``accent``, ``ok``, ``warn``, ``bad`` or ``info``.
    """

    def __init__(
        self,
        text: str,
        tone: str = "neutral",
        icon: str | None = None,
        *,
        on_selection: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show ``text``; ``icon=""`` means none even for a toned chip; ``on_selection`` puts surface behind it."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.text = text
        self.tone = tone
        self._icon = icon
        self._on_selection = on_selection
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def set(self, text: str, tone: str | None = None, icon: str | None = None) -> None:
        """Show another state."""
        new_tone = tone or self.tone
        if (text, new_tone, icon) == (self.text, self.tone, self._icon):
            return
        self.text, self.tone, self._icon = text, new_tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for icon and word."""
        px = self._theme.px
        words = round(QFontMetricsF(self.font()).horizontalAdvance(self.text) + 1)
        return QSize(words + 2 * px(8) + (px(14) + px(5) if self._icon_name() else 0), px(21))

    def minimumSizeHint(self) -> QSize:
        """Return the same: a state is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw tint, icon and word."""
        painter = begin(self)
        theme = self._theme
        paint_chip(
            painter, theme, QRectF(self.rect()), self.text, self.tone, self._icon_name(), surface=self._on_selection
        )

    def _icon_name(self) -> str:
        return TONE_ICONS.get(self.tone, "") if self._icon is None else self._icon

    def _restyle(self) -> None:
        self.setFont(self._theme.font("head"))
        self.updateGeometry()
        self.update()


def paint_chip(
    painter: QPainter, theme: Theme, rect: QRectF, text: str, tone: str, icon: str, *, surface: bool = False
) -> None:
    """Draw a chip into ``rect``: cells of a table draw theirs with the same hand."""
    ink = "text2" if tone == "neutral" else tone
    edge = theme.color(ink) if theme.tokens.name == "high_contrast" else None
    box(painter, rect, RADIUS_CHIP, theme.color("surface" if surface else theme.tokens.soft(tone)), edge)
    left = rect.left() + theme.px(8)
    if icon:
        side = theme.px(14)
        place = QRectF(round(left), round(rect.top() + (rect.height() - side) / 2), side, side)
        paint_icon(painter, icon, place, ink)
        left += side + theme.px(5)
    painter.setFont(theme.font("head"))
    painter.setPen(theme.color(ink))
    flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    painter.drawText(QRectF(left, rect.top(), rect.right() - left, rect.height()), flags, text)


def chip_width(theme: Theme, text: str, icon: str) -> int:
    """Return how wide :func:`paint_chip` needs its rectangle."""
    words = round(QFontMetricsF(theme.font("head")).horizontalAdvance(text) + 1)
    return words + 2 * theme.px(8) + (theme.px(14) + theme.px(5) if icon else 0)


class Toggle(QPushButton):
    """A word that is on or off: outline when off, tint and accent when on."""

    def __init__(
        self, text: str, checked: bool = False, *, key: str = "", icon: str | None = None, parent: QWidget | None = None
    ) -> None:
        """Show ``text``; ``key`` draws the cap of the key that switches it."""
        super().__init__(text, parent)
        self._theme = Theme.instance_of(self)
        self._key = key
        self._icon_name = icon
        self.setCheckable(True)
        self.setChecked(checked)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        """Return room for the key cap and the word."""
        px = self._theme.px
        width = round(QFontMetricsF(self.font()).horizontalAdvance(self.text()) + 1) + 2 * px(9)
        if self._key:
            width += self._cap_width() + px(6)
        if self._icon_name:
            width += px(14) + px(5)
        return QSize(width, px(29 if self._key else 26))

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw outline or tint, cap and word."""
        painter = begin(self)
        theme, px = self._theme, self._theme.px
        on = self.isChecked()
        ink = theme.color("disabled" if not self.isEnabled() else "accent" if on else "text2")
        fill = theme.color("accent_soft" if on else "sunken" if self.underMouse() else "surface")
        box(painter, self.rect(), RADIUS_CONTROL, fill, theme.color("accent" if on else "line2"))
        left = float(px(9))
        if self._key:
            width, height = self._cap_width(), px(20)
            paint_cap(painter, theme, QRectF(px(7), (self.height() - height) / 2, width, height), self._key)
            left = px(7) + width + px(7)
        if self._icon_name:
            side = px(14)
            paint_icon(
                painter, self._icon_name, QRectF(left, round((self.height() - side) / 2), side, side), ink.name()
            )
            left += side + px(5)
        painter.setFont(self.font())
        painter.setPen(ink)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), flags, self.text())

    def _cap_width(self) -> int:
        return cap_width(self._theme, self._key)

    def _restyle(self) -> None:
        self.setFont(self._theme.font("head"))
        self.updateGeometry()
        self.update()
