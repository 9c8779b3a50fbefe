"""Cards of which one is chosen, walked by arrow keys as radio buttons are; it knows nothing of what is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.views.components.card import Card
from desktop.views.components.label import Text


class Choices(QWidget):
    """Cards in columns.

    Signals:
        chosen: the card of this id was chosen.
    """

    chosen = Signal(str)

    def __init__(self, name: str, *, columns: int = 1, gap: int = 12, parent: QWidget | None = None) -> None:
        """Make an empty group that assistive technology calls ``name``."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._columns = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(gap)
        for index in range(columns):
            self._grid.setColumnStretch(index, 1)
        self.cards: dict[str, Card] = {}
        self._headings: list[Text] = []

    def set_groups(self, groups: Sequence[tuple[str, Sequence[tuple[str, Card]]]]) -> None:
        """Show other cards, each group of them under its heading; the arrow keys walk across groups."""
        self.set_cards([card for _, cards in groups for card in cards])
        for card in self.cards.values():
            self._grid.removeWidget(card)
        row = 0
        for title, cards in groups:
            if title:
                heading = Text(title, "label", "text2")
                heading.setContentsMargins(0, 8 if row else 0, 0, 0)
                self._grid.addWidget(heading, row, 0, 1, self._columns)
                heading.show()
                self._headings.append(heading)
                row += 1
            for place, (_, card) in enumerate(cards):
                self._grid.addWidget(card, row + place // self._columns, place % self._columns)
            row += -(-len(cards) // self._columns)

    def set_cards(self, cards: Sequence[tuple[str, Card]]) -> None:
        """Show other cards."""
        for heading in self._headings:
            heading.hide()
            self._grid.removeWidget(heading)
            heading.deleteLater()
        self._headings = []
        focused = next((id for id, card in self.cards.items() if card.hasFocus()), None)
        for card in self.cards.values():
            card.removeEventFilter(self)
            card.hide()
            self._grid.removeWidget(card)
            card.deleteLater()
        self.cards = dict(cards)
        for place, (id, card) in enumerate(self.cards.items()):
            self._grid.addWidget(card, place // self._columns, place % self._columns)
            card.show()  # at once: a card that a layout shows later cannot take the keyboard now
            card.installEventFilter(self)
            card.clicked.connect(lambda id=id: self.chosen.emit(id))
        if focused in self.cards:
            self.cards[focused].setFocus()

    def select(self, chosen: str) -> None:
        """Mark the card of this id, and no other; Tab stops at it alone, as it does in a group of radio buttons."""
        for id, card in self.cards.items():
            card.selected = id == chosen
        focused = next((card for card in self.cards.values() if card.hasFocus()), None)
        self._stop_at(focused or self.cards.get(chosen) or next(iter(self.cards.values()), None))

    def _stop_at(self, stop: QObject | None) -> None:
        for card in self.cards.values():
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if card is stop else Qt.FocusPolicy.ClickFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk with the arrow keys; Tab comes back to where the walk was left."""
        if event.type() == QEvent.Type.FocusIn and watched in self.cards.values():
            self._stop_at(watched)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {
                Qt.Key.Key_Down: self._columns,
                Qt.Key.Key_Up: -self._columns,
                Qt.Key.Key_Right: 1,
                Qt.Key.Key_Left: -1,
            }
            every = list(self.cards.values())
            ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(every) - 1}
            end = ends.get(Qt.Key(event.key()))
            if end is not None and watched in every:
                every[end].setFocus(Qt.FocusReason.TabFocusReason)
                return True
            step = steps.get(Qt.Key(event.key()))
            if step is not None and watched in every:
                place = every.index(watched) + step
                if 0 <= place < len(every):
                    every[place].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)
