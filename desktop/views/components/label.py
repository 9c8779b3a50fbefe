"""Text that wraps or elides as it should; plain text only, so nothing from a file or a model is ever read as markup."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.views.theme import fonts
from desktop.views.theme.theme import Theme

# A paragraph asks for this much width at most; a layout that has more gives more.
PREFERRED_WIDTH = 420


class Text(QLabel):
    """One text in one role and one tone.

    Attributes:
        role: ``title``, ``hero``, ``figure``, ``section``, ``reading``, ``annotator``, ``strong``, ``label``,
            ``body``, ``help``, ``head``, ``axis`` or ``mono``.
        tone: the token it is drawn in (``text2``, ``bad``...).
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str = "text",
        elide: bool | Literal["right", "middle"] = False,
        wrap: bool = True,
        *,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        tabular: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show ``text``; ``elide`` keeps it on one line and cuts it with the whole text as tooltip."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._elide = elide
        self._wrap = wrap and not elide
        self._tabular = tabular
        self.role = role
        self.tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setWordWrap(self._wrap)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        policy = QSizePolicy(
            QSizePolicy.Policy.Preferred if (self._wrap or elide) else QSizePolicy.Policy.Minimum,
            QSizePolicy.Policy.Minimum,
        )
        policy.setHeightForWidth(self._wrap)
        self.setSizePolicy(policy)
        self._theme.changed.connect(self._restyle)
        self._restyle()
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show ``text``; setting what is already shown costs nothing."""
        if text == self.text() and text:
            return
        super().setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self._refresh_tooltip()

    def set_tone(self, tone: str) -> None:
        """Draw in another token."""
        if tone != self.tone:
            self.tone = tone
            self._restyle()

    def set_role(self, role: str) -> None:
        """Set in another role."""
        if role != self.role:
            self.role = role
            self._restyle()

    def sizeHint(self) -> QSize:
        """Return the natural size: one line, or a paragraph of comfortable width."""
        width = self._natural_width()
        if not self._wrap:
            return QSize(width, self._height(10**6))
        width = min(width, self._theme.px(PREFERRED_WIDTH))
        return QSize(width, self._height(width))

    def minimumSizeHint(self) -> QSize:
        """Return the least that still reads: the longest word of a paragraph, a few letters of an elided line."""
        margins = self.contentsMargins()
        if self._elide:
            few = QFontMetricsF(self.font()).horizontalAdvance("abc…")
            return QSize(min(self._natural_width(), round(few)), self._height(10**6))
        if not self._wrap:
            return self.sizeHint()
        metrics = QFontMetricsF(self.font())
        longest = max((metrics.horizontalAdvance(word) for word in self.text().split()), default=0.0)
        width = min(round(longest + 1), self._theme.px(160)) + margins.left() + margins.right()
        return QSize(width, round(self._line()) + margins.top() + margins.bottom())

    def hasHeightForWidth(self) -> bool:
        """Tell layouts that a paragraph grows taller when it gets narrower."""
        return self._wrap

    def heightForWidth(self, width: int) -> int:
        """Return the height all lines take at ``width``."""
        return self._height(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, cut or wrapped, in the theme's colour of the moment."""
        if self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self._theme.color(self.tone if self.isEnabled() else "disabled"))
        area = QRectF(self.contentsRect())
        if not self._wrap:
            shown = self.text()
            if self._elide:
                shown = QFontMetricsF(self.font()).elidedText(shown, self._elide_mode(), area.width() + 0.5)
            painter.drawText(area, int(self.alignment() | Qt.TextFlag.TextDontClip), shown)
            return
        height, layouts = self._lay_out(area.width())
        top = area.top()
        if self.alignment() & Qt.AlignmentFlag.AlignVCenter and area.height() > height:
            top += (area.height() - height) / 2
        for layout in layouts:
            layout.draw(painter, QPointF(area.left(), top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text as tooltip once it no longer fits."""
        super().resizeEvent(event)
        self._refresh_tooltip()

    def _elide_mode(self) -> Qt.TextElideMode:
        return Qt.TextElideMode.ElideMiddle if self._elide == "middle" else Qt.TextElideMode.ElideRight

    def _restyle(self) -> None:
        self.setFont(self._theme.font(self.role, tabular=self._tabular))
        colours = self.palette()
        colours.setColor(self.foregroundRole(), self._theme.color(self.tone))
        self.setPalette(colours)  # only the selectable form and assistive technology read it
        self.updateGeometry()
        self.update()

    def _refresh_tooltip(self) -> None:
        if self._elide:
            cut = self._natural_width() > self.contentsRect().width() + 1
            self.setToolTip(self.text() if cut else "")

    def _natural_width(self) -> int:
        metrics = QFontMetricsF(self.font())
        margins = self.contentsMargins()
        widest = max((metrics.horizontalAdvance(line) for line in self.text().split("\n")), default=0.0)
        return round(widest + 1) + margins.left() + margins.right()

    def _line(self) -> float:
        return QFontMetricsF(self.font()).lineSpacing() * fonts.line_share(self.role)

    def _height(self, width: int) -> int:
        margins = self.contentsMargins()
        height, _ = self._lay_out(float(width - margins.left() - margins.right()))
        return -int(-height // 1) + margins.top() + margins.bottom()

    def _lay_out(self, width: float) -> tuple[float, list[QTextLayout]]:
        """Break the text into lines; a paragraph is a layout of its own because QTextLayout knows no line feed."""
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(
            QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if self._wrap else QTextOption.WrapMode.NoWrap
        )
        step, top, layouts = self._line(), 0.0, []
        for paragraph in self.text().split("\n"):
            layout = QTextLayout(paragraph, self.font())
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(max(1.0, width))
                line.setPosition(QPointF(0, top + (step - line.height()) / 2))
                top += step
            layout.endLayout()
            if not paragraph:
                top += step if layout.lineCount() == 0 else 0
            layouts.append(layout)
        return top, layouts
