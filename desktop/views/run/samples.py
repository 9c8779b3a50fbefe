"""The fixed prompts' answers as the run goes on, the newest first; it knows texts and steps."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.events import Sampled
from desktop.flow.amounts import ago
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea

SHOWN = 12  # answers of one prompt; older ones are in the events


class Samples(Card):
    """A prompt to choose and its answers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without answers."""
        super().__init__(padding=16, parent=parent)
        self._samples: Sequence[Sampled] = ()
        self._shown: list[Sampled] = []
        self.choice = Combo()
        self.choice.setProperty("compact", True)
        self.choice.setAccessibleName("Sample prompt")
        self.choice.currentIndexChanged.connect(self._refresh)
        head = QHBoxLayout()
        head.addWidget(Text("Samples", "strong", wrap=False))
        head.addStretch(1)
        head.addWidget(self.choice)
        self.body.addLayout(head)
        self._well = Card(padding=0, fill="sunken", radius=6)
        self._well.body.setContentsMargins(12, 8, 12, 8)
        self._prompt = Text("", "label")
        self._well.body.addWidget(self._prompt)
        self.body.addWidget(self._well)
        self._none = Text("", "body", "text2")
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self._none, 1)
        holder = QWidget()
        self._answers = QVBoxLayout(holder)
        self._answers.setContentsMargins(0, 4, 4, 0)
        self._answers.setSpacing(6)
        self._answers.addStretch(1)
        self._scroll = ScrollArea(holder)
        self.body.addWidget(self._scroll, 1)
        self.show_samples((), over=False)

    def show_samples(self, samples: Sequence[Sampled], *, over: bool) -> None:
        """Show what was answered; ``over`` tells that no more will come."""
        self._samples = samples
        prompts = self._prompts()
        if self.choice.count() != len(prompts):
            chosen = max(0, self.choice.currentIndex())
            self.choice.blockSignals(True)
            self.choice.clear()
            self.choice.addItems([f"Prompt {place + 1} of {len(prompts)}" for place in range(len(prompts))])
            self.choice.setCurrentIndex(min(chosen, len(prompts) - 1))
            self.choice.blockSignals(False)
        self.choice.setVisible(len(prompts) > 1)
        self._well.setVisible(bool(prompts))
        self._scroll.setVisible(bool(prompts))
        self._none.setVisible(not prompts)
        self._none.setText(
            "This run answered no sample prompts."
            if over
            else "Fixed prompts are answered while the model learns. None was answered yet."
        )
        self._refresh()

    def _prompts(self) -> list[str]:
        return list(dict.fromkeys(sample.prompt for sample in self._samples))

    def _refresh(self) -> None:
        prompts = self._prompts()
        if not prompts:
            return
        prompt = prompts[max(0, min(self.choice.currentIndex(), len(prompts) - 1))]
        answers = sorted((found for found in self._samples if found.prompt == prompt), key=lambda one: -one.step)
        answers = answers[:SHOWN]
        if answers == self._shown:
            return
        self._shown = answers
        self._prompt.setText(prompt)
        while self._answers.count() > 1:
            item = self._answers.takeAt(0)
            if (widget := item.widget() if item else None) is not None:
                widget.deleteLater()
        for place, sample in enumerate(answers):
            if place:
                self._answers.insertWidget(self._answers.count() - 1, Divider())
            self._answers.insertWidget(self._answers.count() - 1, _Answer(sample, newest=place == 0))


class _Answer(QWidget):
    """One answer, with the step the model had come to."""

    def __init__(self, sample: Sampled, *, newest: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 6)
        column.setSpacing(6)
        head = QHBoxLayout()
        name = "Before training" if sample.step == 0 else f"Step {sample.step:,}"
        head.addWidget(Chip(name, "accent" if newest else "neutral", ""))
        head.addStretch(1)
        when = Text(ago(sample.time, time.time()) if newest else "", "help", "text2", wrap=False)
        head.addWidget(when, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(head)
        column.addWidget(Text(sample.text.strip() or "(no words)", "body", "text" if newest else "text2"))
