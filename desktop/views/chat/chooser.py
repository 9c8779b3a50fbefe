"""The list of models to talk with or to try; it loads none of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.flow.chat_model import Choice
from desktop.views.components.fields import Combo


class Chooser(Combo):
    """A model to choose, with where it came from as its tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent=parent)
        self.setAccessibleName("Model to talk with or to try")
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMaximumWidth(240)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)

    def show_choices(self, choices: Sequence[Choice], chosen: Choice | None) -> None:
        """Offer ``choices``; the one that is ``chosen`` is shown."""
        titles = [choice.title for choice in choices]
        if [self.itemText(place) for place in range(self.count())] != titles:
            self.clear()
            self.addItems(titles)
            for place, choice in enumerate(choices):
                self.setItemData(place, choice.note, Qt.ItemDataRole.ToolTipRole)
        if chosen is not None and chosen in choices:
            self.setCurrentIndex(list(choices).index(chosen))
        self.setEnabled(bool(titles))
