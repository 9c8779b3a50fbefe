"""The pair itself: question, two answers, four choices, reasons; it knows words and marks, and decides nothing."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.preferences.judgement import CHOICES, Choice
from desktop.flow.annotate import REASONS
from desktop.views.components.chip import Toggle
from desktop.views.components.label import Text
from desktop.views.preferences.answer import AnswerCard
from desktop.views.preferences.choice import ChoiceButton
from desktop.views.preferences.question import Question

_TEXTS: dict[Choice, tuple[str, str]] = {
    "left": ("A is better", "you would send this one"),
    "right": ("B is better", "you would send this one"),
    "both_good": ("Both good", "either could be sent"),
    "both_bad": ("Both bad", "neither could be sent"),
}


class PairView(QWidget):
    """What is looked at and what can be said about it.

    Attributes:
        question: the question.
        answers: the left and the right answer.
        choices: what can be said, by choice.
        reasons: why, by label.

    Signals:
        chosen: a choice was clicked.
        reasoned: a reason was clicked.
    """

    chosen = Signal(str)
    reasoned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it without a pair."""
        super().__init__(parent)
        self.question = Question()
        self.answers = (AnswerCard("1", "Answer A"), AnswerCard("2", "Answer B"))
        self.choices = {
            choice: ChoiceButton(str(number), *_TEXTS[choice]) for number, choice in enumerate(CHOICES, start=1)
        }
        self.reasons = {label: Toggle(label, key=key) for key, label in REASONS}
        for choice, button in self.choices.items():
            button.clicked.connect(lambda _=False, choice=choice: self.chosen.emit(choice))
        for label, toggle in self.reasons.items():
            toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            toggle.clicked.connect(lambda _=False, label=label: self.reasoned.emit(label))
        self._lay_out()

    def show_pair(self, question: str, answers: tuple[str, str]) -> None:
        """Show another pair, or the same again, which moves nothing."""
        self.question.setText(question)
        for card, text in zip(self.answers, answers, strict=True):
            card.show_answer(text)

    def mark(self, said: Choice | None, reasons: Collection[str]) -> None:
        """Mark what was said and why."""
        for card, side in zip(self.answers, ("left", "right"), strict=True):
            card.set_chosen(said == side)
        for choice, button in self.choices.items():
            button.setChecked(choice == said)
        for label, toggle in self.reasons.items():
            toggle.setChecked(label in reasons)

    def scroll_both(self, pages: int) -> None:
        """Scroll both answers by nearly a page, so that a line stays to hold on to."""
        for card in self.answers:
            bar = card.area.verticalScrollBar()
            bar.setValue(bar.value() + round(pages * 0.85 * bar.pageStep()))

    def _lay_out(self) -> None:
        pair = QHBoxLayout()
        pair.setSpacing(20)
        for card in self.answers:
            pair.addWidget(card, 1)
        choices = QHBoxLayout()
        choices.setSpacing(12)
        for button in self.choices.values():
            choices.addWidget(button, 1)
        why = QHBoxLayout()
        why.setSpacing(8)
        why.addWidget(Text("Why, if you like", "help", "text2", wrap=False))
        why.addSpacing(6)
        for toggle in self.reasons.values():
            why.addWidget(toggle)
        why.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addWidget(Text("Question", "head", "text2", wrap=False))
        column.addSpacing(6)
        column.addWidget(self.question)
        column.addSpacing(14)
        column.addLayout(pair, 1)
        column.addSpacing(16)
        column.addLayout(choices)
        column.addSpacing(14)
        column.addLayout(why)
