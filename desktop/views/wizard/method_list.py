"""The list of methods: search, filters, one card a method by rank or by family; it ranks nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.flow.wizard_groups import BY_FAMILY, BY_RANK, groups, passes
from desktop.flow.wizard_methods import Offer
from desktop.views.components.button import Button
from desktop.views.components.chip import Toggle
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.icons import icon
from desktop.views.wizard.choices import Choices
from desktop.views.wizard.method_card import method_card


class MethodList(QWidget):
    """All methods, best first.

    Attributes:
        which: opens what tells when to use which.
        compare: opens the table of what was measured.

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
        self.family = Toggle("By family")
        self.family.setAccessibleName("Group by family")
        self.which = Button("Which method?", "link", "help")
        self.compare = Button("Compare all", "link", "scale")
        filters = QHBoxLayout()
        filters.setSpacing(6)
        for toggle in (self.fits, self.adapter, self.mergeable, self.family):
            filters.addWidget(toggle)
            toggle.toggled.connect(self._rebuild)
        filters.addStretch(1)
        advice = QHBoxLayout()
        advice.setSpacing(12)
        advice.addWidget(self.which)
        advice.addStretch(1)
        advice.addWidget(self.compare)
        self.choices = Choices("Methods", columns=1, gap=10)
        self._none = Text("No method matches. Clear the search or a filter.", "body", "text2")
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.setSpacing(8)
        inside.addWidget(self.choices)
        inside.addWidget(self._none)
        inside.addStretch(1)
        self._area = ScrollArea(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addLayout(filters)
        column.addLayout(advice)
        column.addWidget(self._area, 1)
        self._offers: list[Offer] = []
        self._chosen = ""
        self._built: object = None
        self.search.textChanged.connect(self._rebuild)
        self.choices.chosen.connect(self.chosen)

    def show_offers(self, offers: list[Offer], chosen: str) -> None:
        """Show ``offers`` and which one is chosen."""
        self._offers, self._chosen = offers, chosen
        self.search.setPlaceholderText(f"Search {len(offers)} methods")
        self._rebuild()

    def show_chosen(self) -> None:
        """Scroll to the chosen method: it may be far down the list."""
        card = self.choices.cards.get(self._chosen)
        if card is not None:
            self._area.ensureWidgetVisible(card, 0, 24)

    def _rebuild(self) -> None:
        shown = [offer for offer in self._offers if self._passes(offer)]
        order = BY_FAMILY if self.family.isChecked() else BY_RANK
        if (shown, order) != self._built:
            self._built = (shown, order)
            most = max((o.estimate.total_mib for o in shown if o.estimate), default=1.0)
            self.choices.set_groups(
                [
                    (title, [(offer.id, method_card(offer, most)) for offer in held])
                    for title, held in groups(shown, order)
                ]
            )
        self.choices.select(self._chosen)
        self._none.setVisible(not shown)

    def _passes(self, offer: Offer) -> bool:
        return passes(
            offer,
            self.search.text(),
            fits=self.fits.isChecked(),
            adapter=self.adapter.isChecked(),
            mergeable=self.mergeable.isChecked(),
        )
