"""One row as the model sees it, piece by piece; it knows no tokenizer.

What is learned is tinted and underlined, a special token stands in a frame, what is cut off is hatched and struck out:
none of it is told by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme

MOST_PIECES = 1200  # a screen's worth many times over; longer rows say how much is not shown
_GAP = 1.0


@dataclass(frozen=True)
class _Place:
    rect: QRectF
    text: str
    trained: bool
    special: bool
    beyond: bool


class TokenView(QWidget):
    """Pieces of text on their lines; line feeds in the text break the line after the piece that holds them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._pieces: tuple[tuple[str, bool], ...] = ()
        self._special: tuple[bool, ...] = ()
        self._beyond: int | None = None
        self._places: list[_Place] = []
        self._height = 0
        self._laid_out = -1
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._theme.changed.connect(self._restyle)

    def set_pieces(
        self,
        pieces: tuple[tuple[str, bool], ...],
        special: tuple[bool, ...] = (),
        beyond: int | None = None,
        described: str = "",
    ) -> None:
        """Show ``pieces``: the text of each token and whether it is learned.

        Args:
            pieces: text and whether it is learned.
            special: which of them are special tokens.
            beyond: the first one that is cut off.
            described: the same as text, for assistive technology; put together here where it is empty.
        """
        if (pieces, special, beyond) == (self._pieces, self._special, self._beyond):
            return
        self._pieces, self._special, self._beyond = pieces, special, beyond
        self.setAccessibleName("What the model sees")
        learned = "".join(text for text, trained in pieces[:beyond] if trained)
        plain = f"{''.join(text for text, _ in pieces[:beyond])} Learned: {learned}"
        self.setAccessibleDescription(described or plain)
        self._restyle()

    def hasHeightForWidth(self) -> bool:
        """Tell layouts that a narrow view is taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at ``width``."""
        self._lay_out(width)
        return self._height

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(480, self.heightForWidth(max(self.width(), 480)))

    def minimumSizeHint(self) -> QSize:
        """Return the least that shows a line."""
        return QSize(160, round(self._line()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pieces that are in sight."""
        self._lay_out(self.width())
        painter = begin(self)
        theme = self._theme
        painter.setFont(theme.font("mono"))
        contrast = theme.tokens.name == "high_contrast"
        for place in self._places:
            if not place.rect.intersects(QRectF(event.rect())):
                continue
            self._piece(painter, place, contrast=contrast)

    def _piece(self, painter: QPainter, place: _Place, *, contrast: bool) -> None:
        theme = self._theme
        learned = place.trained and not place.beyond
        ground = theme.color("surface" if place.beyond else "accent_soft" if learned else "chip")
        framed = place.special and not place.beyond
        edge = theme.color("field") if framed else theme.color("line") if contrast or place.beyond else None
        box(painter, place.rect, 4 if framed else 2, ground, edge)
        if place.beyond:
            painter.fillRect(place.rect, QBrush(theme.color("line2"), Qt.BrushStyle.BDiagPattern))
        if learned:
            under = QRectF(place.rect.left(), place.rect.bottom() - 1.5, place.rect.width(), 1.5)
            painter.fillRect(under, theme.color("accent"))
        painter.setPen(theme.color("text" if learned else "text2"))
        painter.drawText(place.rect.adjusted(1, 0, 4, -1), 0, place.text)
        if place.beyond:
            middle = round(place.rect.center().y())
            painter.fillRect(QRectF(place.rect.left(), middle, place.rect.width(), 1), theme.color("text2"))

    def _line(self) -> float:
        return QFontMetricsF(self._theme.font("mono")).height() + 6

    def _restyle(self) -> None:
        self._laid_out = -1
        self.updateGeometry()
        self.update()

    def _lay_out(self, width: int) -> None:
        if width == self._laid_out:
            return
        self._laid_out = width
        metrics = QFontMetricsF(self._theme.font("mono"))
        line, height = self._line(), metrics.height() + 2
        left, top = 0.0, 0.0
        self._places = []
        for index, (text, trained) in enumerate(self._pieces[:MOST_PIECES]):
            special = index < len(self._special) and self._special[index]
            beyond = self._beyond is not None and index >= self._beyond
            parts = text.split("\n")
            for number, part in enumerate(parts):
                last = number == len(parts) - 1
                # A line feed is a piece of its own to the model, so it is shown as a mark before the line breaks.
                shown = part if last else f"{part}↵"
                while shown:
                    room = width - left
                    wide = metrics.horizontalAdvance(shown) + 3
                    piece = shown
                    if wide > room and left > 0:
                        left, top = 0.0, top + line
                        continue
                    if wide > room:
                        fits = max(1, int(len(shown) * room / wide))
                        piece, wide = shown[:fits], room
                    rect = QRectF(left, top, wide, height)
                    self._places.append(_Place(rect, piece, trained, special, beyond))
                    shown = shown[len(piece) :]
                    left += wide + _GAP
                if not last:
                    left, top = 0.0, top + line
        self._height = round(top + line) if self._places else 0
