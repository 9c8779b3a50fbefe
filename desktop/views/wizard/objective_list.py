"""The list of objectives: those that suit the rows first, each a card; it knows no objective and judges none."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.flow.wizard_objectives import ObjectiveOffer
from desktop.views.components.scroll import ScrollArea
from desktop.views.wizard.choices import Choices
from desktop.views.wizard.objective_card import objective_card


class ObjectiveList(QWidget):
    """All objectives.

    Signals:
        chosen: the card of this id was pressed.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self.choices = Choices("Objectives", columns=1, gap=10)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.addWidget(self.choices)
        inside.addStretch(1)
        self._area = ScrollArea(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        self._shown: object = None
        self._chosen = ""
        self.choices.chosen.connect(self.chosen)

    def show_groups(self, groups: list[tuple[str, list[ObjectiveOffer]]], chosen: str) -> None:
        """Show the objectives of ``groups`` under their headings, and which one is chosen."""
        self._chosen = chosen
        if groups != self._shown:
            self._shown = groups
            self.choices.set_groups(
                [(title, [(offer.id, objective_card(offer)) for offer in held]) for title, held in groups]
            )
        self.choices.select(chosen)

    def show_chosen(self) -> None:
        """Scroll to the chosen objective."""
        card = self.choices.cards.get(self._chosen)
        if card is not None:
            self._area.ensureWidgetVisible(card, 0, 24)
