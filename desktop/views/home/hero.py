"""The card that offers the one thing to do first, and names its four steps; it starts nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.home import HeroStep
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text


class Hero(Card):
    """Try it now.

    Signals:
        started: the button was pressed.
    """

    started = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the card with the steps in general words; :meth:`set_steps` says what they are here."""
        super().__init__(padding=24, parent=parent)
        self.body.setSpacing(20)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(Text("See a model change in about a minute", "hero"))
        words.addWidget(
            Text(
                "A small model, a sample data set and LoRA run on this machine, then you talk to both models side by "
                "side. Nothing to set up, and you can stop at any time.",
                "body",
                "text2",
            )
        )
        self.button = Button("Try it now", "primary", "play", "hero")
        self.button.setAccessibleDescription("Opens a fine-tune with everything filled in, ready to start.")
        self.button.clicked.connect(self.started)
        top = QHBoxLayout()
        top.setSpacing(32)
        top.addLayout(words, 1)
        top.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._steps = QHBoxLayout()
        self._steps.setSpacing(12)
        self._notes: list[Text] = []
        self._titles: list[Text] = []
        for place, (icon, title) in enumerate(
            (("models", "Starter model"), ("file", "Sample data"), ("tune", "LoRA"), ("chat", "Compare in chat"))
        ):
            if place:
                self._steps.addWidget(Glyph("chevron-right", 14, "text3"), 0, Qt.AlignmentFlag.AlignVCenter)
            self._steps.addLayout(self._step(icon, title), 1)
        self.body.addLayout(top)
        self.body.addWidget(Divider())
        self.body.addLayout(self._steps)

    def set_steps(self, steps: Sequence[HeroStep]) -> None:
        """Say what the four steps are on this machine."""
        for title, note, step in zip(self._titles, self._notes, steps, strict=True):
            title.setText(step.title)
            note.setText(step.note)

    def _step(self, icon: str, title: str) -> QHBoxLayout:
        self._titles.append(Text(title, "strong", elide=True))
        self._notes.append(Text("", "help", "text2", elide=True))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._titles[-1])
        words.addWidget(self._notes[-1])
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Glyph(icon, 18, "accent"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        return row
