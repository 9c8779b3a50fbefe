"""The text of one answer: grows as it comes, tinted token by token when it is whole; it knows no model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from desktop.flow.chat_answer import Span
from desktop.views.theme import fonts
from desktop.views.theme.theme import Theme

_MOST = {False: 0.60, True: 0.44}  # strongest tint on light and on dark surfaces: text stays readable on it

_CARET = 8  # room behind a full line for the caret


class AnswerText(QTextBrowser):
    """Read-only text as tall as it is; plain, so nothing a model says is ever read as markup."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._spans: list[Span] = []
        self._writing = False
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.setViewportMargins(0, 0, _CARET, 0)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def append_piece(self, piece: str) -> None:
        """Add text at the end; what is selected stays selected."""
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(piece, self._plain())

    def set_answer(self, text: str) -> None:
        """Show ``text`` where it is another one than what came in pieces."""
        if text != self.toPlainText():
            self.clear()
            self._space()
            self.append_piece(text)

    def set_spans(self, spans: Sequence[Span]) -> None:
        """Tint these stretches and no others."""
        self._spans = list(spans)
        whole = QTextCursor(self.document())
        whole.beginEditBlock()
        whole.select(QTextCursor.SelectionType.Document)
        whole.setCharFormat(self._plain())
        for span in self._spans:
            whole.setPosition(span.start)
            whole.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
            whole.setCharFormat(tint(self._theme, self._plain(), span.share, span.underlined))
        whole.endEditBlock()

    def set_writing(self, writing: bool) -> None:
        """Draw the caret behind the last word, or no longer."""
        if writing != self._writing:
            self._writing = writing
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Return the height of all lines."""
        return QSize(320, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, and the caret while it grows."""
        super().paintEvent(event)
        if not self._writing:
            return
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        place = self.cursorRect(end)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(QRectF(place.left() + 3, place.top() + 1, 3, place.height() - 2), 1.5, 1.5)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the conversation."""
        event.ignore()

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing() * fonts.line_share("reading")
        height = max(math.ceil(line), math.ceil(self.document().size().height())) + 2
        if height != self.height():
            self.setFixedHeight(height)

    def _plain(self) -> QTextCharFormat:
        plain = QTextCharFormat()
        plain.setFont(self._theme.font("reading"))
        plain.setForeground(self._theme.color("text"))
        return plain

    def _space(self) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(
            100 * fonts.line_share("reading"), QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        whole = QTextCursor(self.document())
        whole.select(QTextCursor.SelectionType.Document)
        whole.mergeBlockFormat(block)

    def _restyle(self) -> None:
        self.setFont(self._theme.font("reading"))
        self._space()
        self.set_spans(self._spans)
        self._fit()


def tint(theme: Theme, plain: QTextCharFormat, share: float, underlined: bool) -> QTextCharFormat:
    """Return ``plain`` tinted: ochre for more likely, blue for less; the underline of less likely is dashed."""
    made = QTextCharFormat(plain)
    made.setBackground(tint_color(theme, share))
    if underlined:
        made.setUnderlineStyle(
            QTextCharFormat.UnderlineStyle.SingleUnderline
            if share > 0
            else QTextCharFormat.UnderlineStyle.DashUnderline
        )
        made.setUnderlineColor(theme.color(underline_token(share)))
    return made


def tint_color(theme: Theme, share: float) -> QColor:
    """Return the colour behind a token, mixed into the surface."""
    tokens = theme.tokens
    target = QColor(tokens.more_likely if share > 0 else tokens.less_likely)
    surface, part = theme.color("surface"), abs(share) * _MOST[tokens.dark]

    def mixed(under: int, over: int) -> int:
        return round(under + (over - under) * part)

    return QColor(
        mixed(surface.red(), target.red()),
        mixed(surface.green(), target.green()),
        mixed(surface.blue(), target.blue()),
    )


def underline_token(share: float) -> str:
    """Return the token a strong difference is underlined in."""
    return "warn" if share > 0 else "info"
