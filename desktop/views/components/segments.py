"""A choice of one among a few, side by side; it knows words and not what they choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from desktop.views.components.chip import Toggle


class Segments(QWidget):
    """Toggles of which exactly one is on; the arrow keys move between them.

    Signals:
        chosen: the user chose the one with this id.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str, str]], name: str, parent: QWidget | None = None) -> None:
        """Offer ``choices`` (id, words, icon or empty); ``name`` says what is chosen."""
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._toggles: dict[str, Toggle] = {}
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for id, words, icon in choices:
            toggle = Toggle(words, icon=icon or None)
            toggle.setAccessibleName(f"{name}: {words}")
            toggle.clicked.connect(lambda _=False, id=id: self.chosen.emit(id))
            self._group.addButton(toggle)
            self._toggles[id] = toggle
            row.addWidget(toggle)
        if self._toggles:
            next(iter(self._toggles.values())).setChecked(True)

    @property
    def current(self) -> str:
        """Id of the one that is on."""
        return next((id for id, toggle in self._toggles.items() if toggle.isChecked()), "")

    def choose(self, id: str) -> None:
        """Switch the one with ``id`` on, without saying that it was chosen."""
        if id in self._toggles:
            self._toggles[id].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        ids = list(self._toggles)
        if step is None or self.current not in ids:
            super().keyPressEvent(event)
            return
        id = ids[(ids.index(self.current) + step) % len(ids)]
        self._toggles[id].setChecked(True)
        self._toggles[id].setFocus()
        self.chosen.emit(id)
