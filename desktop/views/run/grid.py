"""Cards two by two, the rest reached by scrolling; it knows neither what they show nor when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.theme import Theme

GAP = 16
LEAST = 196  # a card lower than this shows no curve worth reading
PEEK = 28  # so much of the third row looks up from below the edge: there is more


class Grid(ScrollArea):
    """Two columns of cards of one size; two rows fill the place, more scroll.

    Attributes:
        cards: what is shown, in reading order.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Start empty; ``name`` is what assistive technology calls it."""
        self._inner = QWidget()
        super().__init__(self._inner, parent)
        self._theme = Theme.instance_of(self)
        self.cards: list[QWidget] = []
        self.setAccessibleName(name)
        self._grid = QGridLayout(self._inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self._theme.changed.connect(self._fit)

    def show_cards(self, cards: Sequence[QWidget]) -> None:
        """Show ``cards``; one that stands alone in the last row takes its whole width."""
        if list(cards) == self.cards:
            return
        for card in self.cards:
            self._grid.removeWidget(card)
        self.cards = list(cards)
        for place, card in enumerate(cards):
            alone = place == len(cards) - 1 and place % 2 == 0
            self._grid.addWidget(card, place // 2, place % 2, 1, 2 if alone else 1)
            card.show()
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 1 if row < self._rows else 0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the height anew."""
        super().resizeEvent(event)
        self._fit()

    @property
    def _rows(self) -> int:
        return -(-len(self.cards) // 2)

    def _fit(self) -> None:
        scrolls = self._rows > 2
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scrolls else Qt.FocusPolicy.NoFocus)
        self._grid.setContentsMargins(0, 0, 8 if scrolls else 0, 0)  # the bar stands beside the cards, not on them
        px = self._theme.px
        row = max(px(LEAST), (self.viewport().height() - 2 * GAP - px(PEEK)) // 2) if scrolls else 0
        for place in range(self._grid.rowCount()):
            self._grid.setRowMinimumHeight(place, row if place < self._rows else 0)
        self._inner.setMinimumHeight(self._rows * (row + GAP) - GAP if scrolls else 0)
