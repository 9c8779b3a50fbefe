"""One method as a card of the list: its place, what matters here, what it trains and takes; it ranks nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.engine.memory.sizes import share, size
from desktop.flow.wizard_methods import Offer
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme


def method_card(offer: Offer, most_mib: float) -> Card:
    """Return the card of ``offer``; its bar is drawn against ``most_mib``, what the hungriest of the list takes."""
    card = Card(padding=12, clickable=True, radius=8)
    card.body.setSpacing(3)
    theme = Theme.instance_of(card)
    row = QHBoxLayout()
    row.setSpacing(8)
    place = Text(
        str(offer.place) if offer.place else "", "strong", "accent" if offer.place == 1 else "text2", wrap=False
    )
    place.setFixedWidth(theme.px(18))
    row.addWidget(place, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(3)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(Text(offer.title, "strong", "text" if offer.place else "text2", elide=True), 1)
    if offer.place == 1:
        head.addWidget(Chip("Adviser's choice", "accent", "star", on_selection=True))
    elif offer.refusal:
        head.addWidget(Chip("Does not go", "warn", "warn", on_selection=True))
    words.addLayout(head)
    words.addWidget(Text(_with_cure(offer), "help", "text2"))
    foot = QHBoxLayout()
    foot.setSpacing(10)
    foot.addWidget(Text(f"{share(offer.trainable, offer.total)} trained", "help", "text2", elide=True), 1)
    said = ""
    if offer.estimate is not None:
        bad = offer.estimate.verdict == "too_big"
        bar = Bar(offer.estimate.total_mib / most_mib, "bad" if bad else "accent", height=5)
        bar.setFixedWidth(theme.px(56))
        foot.addWidget(bar)
        said = size(offer.estimate.total_mib)
        peak = Text(said, "head", "bad" if bad else "text", wrap=False, tabular=True)
        peak.setMinimumWidth(theme.px(52))
        peak.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(peak)
        said = f", {said} at peak{', does not fit' if bad else ''}"
    words.addLayout(foot)
    row.addLayout(words, 1)
    card.body.addLayout(row)
    rank = f"Rank {offer.place}: " if offer.place else ""
    card.setAccessibleName(
        f"{rank}{offer.title}. {_with_cure(offer)} {share(offer.trainable, offer.total)} trained{said}"
    )
    return card


def _with_cure(offer: Offer) -> str:
    return f"{offer.line} {offer.cure}".strip() if offer.refusal else offer.line
