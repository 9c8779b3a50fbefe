"""A started recipe: its stages from the first down, how far each is, what can be done; ``flow.recipes`` tells it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.recipe_words import TONES, Onward, onward, stage_share, stage_spoken, tone_of
from desktop.flow.recipes import RecipeView, StageRow
from desktop.views.components.banner import Banner
from desktop.views.components.bar import Bar
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.label import Text
from desktop.views.recipes.stepper import Stepper


class StageCard(Card):
    """One stage: how far it is, its figure before and now, and the way to its run.

    Signals:
        opened: name of the run to look at.
    """

    opened = Signal(str)

    def __init__(self, row: StageRow, count: int, parent: QWidget | None = None) -> None:
        """Show ``row`` of ``count`` stages."""
        super().__init__(padding=14, parent=parent)
        self._run = ""
        self._count = count
        self.title = Text(row.title, "strong", elide=True)
        self.chip = Chip("")
        self.steps = Text("", "help", "text2", wrap=False, tabular=True)
        self.figure = Text("", "label", tabular=True)
        self.sentence = Text("", "body", "text2")
        self.bar = Bar()
        self.open = Button("Open run", "secondary", "runs", "small")
        self.open.setAccessibleName(f"Open the run of {row.title}")
        self.title.setMinimumHeight(self.open.sizeHint().height())  # marks stand at the same height on every card
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addWidget(self.chip)
        head.addStretch(1)
        head.addWidget(self.steps)
        head.addWidget(self.open)
        self.body.setSpacing(6)
        self.body.addLayout(head)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.figure)
        self.body.addWidget(self.sentence)
        self.open.clicked.connect(lambda: self.opened.emit(self._run))
        self.set(row)

    def set(self, row: StageRow) -> None:
        """Show how it stands now."""
        self._run = row.run
        self.chip.set(row.word, TONES[row.status], None if row.status != "waiting" else "clock")
        self.steps.setText(row.steps)
        self.bar.set(stage_share(row))
        self.bar.setVisible(row.status in ("running", "stopped", "failed"))
        self.figure.setText(row.measured)
        self.figure.setVisible(bool(row.measured))
        said = " ".join(part for part in (row.sentence, row.hint) if part)
        self.sentence.setText(said)
        self.sentence.setVisible(bool(said) and row.status in ("stopped", "failed"))
        self.open.setVisible(bool(row.run))
        self.setAccessibleName(stage_spoken(row, self._count))


class RunningView(QWidget):
    """One started recipe.

    Attributes:
        name: of its folder.

    Signals:
        stop_wanted, resume_wanted: asked of this recipe.
        run_opened: name of the run of a stage.
        led: where the last model leads.
    """

    stop_wanted = Signal()
    resume_wanted = Signal()
    run_opened = Signal(str)
    led = Signal(object)

    def __init__(self, view: RecipeView, parent: QWidget | None = None) -> None:
        """Show ``view``."""
        super().__init__(parent)
        self.name = view.name
        self._onward: Onward | None = None
        self._led_from = ""
        self.chip = Chip("")
        self.bar = Bar(height=8)
        self.sentence = Text("", "body", "text2")
        self.banner = Banner("warn", "")
        self.stop = Button("Stop and save", icon="stop")
        self.resume = Button("Resume", "primary", "play")
        self.onward = Button("", "primary", "chat")
        self.cards = [StageCard(row, len(view.stages)) for row in view.stages]
        self.stepper = Stepper(self.cards)
        self._lay_out()
        self.stop.clicked.connect(self.stop_wanted)
        self.resume.clicked.connect(self.resume_wanted)
        self.onward.clicked.connect(lambda: self.led.emit(self._onward))
        for card in self.cards:
            card.opened.connect(self.run_opened)
        self.set(view)

    def set(self, view: RecipeView) -> None:
        """Show how it stands now."""
        self.chip.set(view.word, tone_of(view))
        self.bar.set(view.share, tone_of(view) if view.status != "running" else "accent")
        told = view.status == "failed" or bool(view.hint and view.status == "running")
        self.banner.setVisible(told)
        self.sentence.setText("" if told else view.sentence)
        self.banner.set("bad" if view.status == "failed" else "warn", view.sentence, view.hint)
        self.stop.setVisible(view.can_stop)
        self.resume.setVisible(view.can_resume)
        if view.model != self._led_from:
            self._led_from, self._onward = view.model, onward(view)
        self.onward.setVisible(self._onward is not None)
        if self._onward is not None:
            self.onward.setText(self._onward.words)
        for place, (card, row) in enumerate(zip(self.cards, view.stages, strict=True)):
            card.set(row)
            self.stepper.marks[place].set(row.status)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.sentence, 1)
        for button in (self.stop, self.resume, self.onward):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.banner)
        column.addSpacing(4)
        column.addWidget(self.stepper)
        column.addStretch(1)
