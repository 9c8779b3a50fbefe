"""An objective's further held-out figures on one line, each before and now; which there are is decided in flow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.flow.measures import Change
from desktop.views.components.label import Text

_TONES = {"better": "ok", "worse": "warn", "": "text2"}


class Measures(QWidget):
    """Figure after figure: what it is, its value before and now, and whether that is better; hidden while none.

    Attributes:
        shown: what stands there, in words.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.shown: tuple[str, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(24)
        self._row.addStretch(1)
        self.hide()

    def show_changes(self, changes: Sequence[Change]) -> None:
        """Show ``changes``; what stays as it is costs nothing."""
        words = tuple(f"{one.measure.title} {one.words} {one.turn}".strip() for one in changes)
        if words == self.shown:
            return
        self.shown = words
        while self._row.count() > 1:
            item = self._row.takeAt(0)
            if (widget := item.widget() if item else None) is not None:
                widget.hide()
                widget.deleteLater()
        for place, change in enumerate(changes):
            self._row.insertWidget(place, _One(change))
        self.setAccessibleName(f"Held-out figures: {', '.join(words)}")
        self.setVisible(bool(words))


class _One(QWidget):
    """One figure."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Text(change.measure.title, "help", "text2", wrap=False))
        row.addWidget(Text(change.words, "strong", tabular=True, wrap=False))
        if change.turn:
            row.addWidget(Text(change.turn, "help", _TONES[change.turn], wrap=False))
        self.setAccessibleName(f"{change.measure.title} {change.words} {change.turn}".strip())
