"""The list of methods: search, filters, one card a method in the order of its rank; it ranks nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.engine.memory.sizes import share, size
from desktop.flow.wizard_methods import Offer
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip, Toggle
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.icons import icon
from desktop.views.theme.theme import Theme
from desktop.views.wizard.choices import Choices


class MethodList(QWidget):
    """All methods, best first.

    Signals:
        chosen: the method of this id was chosen.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search methods")
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.fits = Toggle("Fits")
        self.adapter = Toggle("Adapter")
        self.mergeable = Toggle("Mergeable")
        filters = QHBoxLayout()
        filters.setSpacing(8)
        for toggle in (self.fits, self.adapter, self.mergeable):
            filters.addWidget(toggle)
            toggle.toggled.connect(self._rebuild)
        filters.addStretch(1)
        self.choices = Choices("Methods", columns=1, gap=10)
        self._none = Text("No method matches. Clear the search or a filter.", "body", "text2")
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.setSpacing(8)
        inside.addWidget(self.choices)
        inside.addWidget(self._none)
        inside.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addLayout(filters)
        column.addSpacing(2)
        column.addWidget(ScrollArea(holder), 1)
        self._offers: list[Offer] = []
        self._chosen = ""
        self._built: list[Offer] | None = None
        self.search.textChanged.connect(self._rebuild)
        self.choices.chosen.connect(self.chosen)

    def show_offers(self, offers: list[Offer], chosen: str) -> None:
        """Show ``offers`` and which one is chosen."""
        self._offers, self._chosen = offers, chosen
        self.search.setPlaceholderText(f"Search {len(offers)} methods")
        self._rebuild()

    def _rebuild(self) -> None:
        shown = [offer for offer in self._offers if self._passes(offer)]
        if shown != self._built:
            self._built = shown
            most = max((o.estimate.total_mib for o in shown if o.estimate), default=1.0)
            self.choices.set_cards([(offer.id, _card(offer, most)) for offer in shown])
        self.choices.select(self._chosen)
        self._none.setVisible(not shown)

    def _passes(self, offer: Offer) -> bool:
        words = self.search.text().lower().split()
        text = f"{offer.title} {offer.family} {offer.line} {offer.id}".lower()
        return (
            all(word in text for word in words)
            and (not self.fits.isChecked() or offer.place > 0)
            and (not self.adapter.isChecked() or offer.adapter)
            and (not self.mergeable.isChecked() or offer.mergeable)
        )


def _card(offer: Offer, most_mib: float) -> Card:
    card = Card(padding=12, clickable=True, radius=8)
    card.body.setSpacing(3)
    theme = Theme.instance_of(card)
    row = QHBoxLayout()
    row.setSpacing(8)
    place = Text(
        str(offer.place) if offer.place else "", "strong", "accent" if offer.place == 1 else "text2", wrap=False
    )
    place.setFixedWidth(theme.px(14))
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
    words.addWidget(Text(offer.line, "help", "text2"))
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
    card.setAccessibleName(f"{rank}{offer.title}. {offer.line} {share(offer.trainable, offer.total)} trained{said}")
    return card
