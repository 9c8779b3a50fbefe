"""One objective as a card of the list: what it does, what it learns from, or why it does not go; it judges nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout

from desktop.flow.wizard_objectives import ObjectiveOffer
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme

_LARGE = 1.15


def objective_card(offer: ObjectiveOffer) -> Card:
    """Return the card of ``offer``; one that does not go can be read, and says so."""
    card = Card(padding=12, clickable=True, radius=8, fill="sunken" if offer.refusal else "surface")
    card.body.setSpacing(3)
    chip = None
    if offer.inferred and not offer.refusal:
        chip = Chip("Suggested", "accent", "star", on_selection=True)
    elif offer.refusal:
        chip = Chip("Not here", "neutral", "lock", on_selection=True)
    head = QBoxLayout(_direction(card))
    head.setSpacing(8)
    head.addWidget(Text(offer.title, "strong", "text2" if offer.refusal else "text"), 1)
    if chip is not None:
        head.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    card.body.addLayout(head)
    card.body.addWidget(Text(offer.summary, "help", "text2"))
    card.body.addWidget(Text(offer.line, "help", "text3"))
    state = "Suggested. " if offer.inferred else "Not available here. " if offer.refusal else ""
    card.setAccessibleName(f"{offer.title}. {state}{offer.summary} {offer.line}")
    return card


def _direction(card: Card) -> QBoxLayout.Direction:
    """Return where the chip goes: beside the title, or below it where large letters leave no room for both."""
    large = Theme.instance_of(card).scale > _LARGE
    return QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight
