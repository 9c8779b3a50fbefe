"""One objective in full: what it does, what it learns from, its options, what is measured; it knows none by name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective
from desktop.flow.wizard import TITLES, Wizard
from desktop.flow.wizard_findings import ModelFound
from desktop.flow.wizard_methods import Reason
from desktop.flow.wizard_objectives import (
    ObjectiveOffer,
    measured,
    objective_fields,
    row_examples,
    sentence,
    why_inferred,
)
from desktop.flow.wizard_review import step_of
from desktop.views.components.banner import Banner
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.form import OptionForm
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.wizard.forms import replaced, show_values
from desktop.views.wizard.method_words import Lines


class ObjectiveDetail(Card):
    """The chosen objective, or one that is only read about.

    Signals:
        options_changed: other options (only those that differ from their defaults).
        left: the reader wants to go back to the chosen one.
        step_wanted: what is missing is chosen in this step.
    """

    options_changed = Signal(dict)
    left = Signal()
    step_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=1, parent=parent)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(20, 18, 20, 18)
        self._column.setSpacing(12)
        self._title = Text("", "hero")
        self._chip = Chip("Suggested", "accent", "star")
        self._why = Text("", "help", "text2")
        self._summary = Text("", "strong")
        self._explanation = Text("", "body", "text2")
        self.trouble = Banner("warn", "", "")
        self._options_head = QWidget()
        self._options_holder = QVBoxLayout()
        self._use, self._avoid = Text("", "body", "text2"), Text("", "body", "text2")
        self._rows, self._measures = Lines(), Lines()
        self._paper = Text("", "help", "text2", selectable=True)
        self._build()
        self.body.addWidget(ScrollArea(inner))
        self.options: OptionForm | None = None
        self._options_key: object = None
        self._cured_in = ""  # the step where what is missing is chosen
        self.trouble.acted.connect(
            lambda: self.step_wanted.emit(self._cured_in) if self._cured_in else self.left.emit()
        )

    def show_objective(self, wizard: Wizard, offer: ObjectiveOffer, models: Sequence[ModelFound] | None) -> None:
        """Show ``offer``; ``models`` are those an option may name."""
        objective = OBJECTIVES.get(offer.id)
        chosen = wizard.job.objective.id == offer.id
        self._title.setText(offer.title)
        self._chip.setVisible(offer.inferred and not offer.refusal)
        self._why.setVisible(offer.inferred and not offer.refusal)
        self._why.setText(why_inferred(wizard.findings))
        self._summary.setText(objective.summary)
        self._explanation.setText(objective.explanation)
        self._show_trouble(wizard, offer, chosen)
        self._show_options(wizard, objective, models, asked=chosen and not offer.refusal)
        for text, words in ((self._use, objective.use_when), (self._avoid, objective.avoid_when)):
            text.setText(sentence(words) or "\u2013")
        self._rows.show_reasons([Reason("note", text) for text in row_examples(objective)])
        self._measures.show_reasons([Reason("note", text) for text in measured(objective)])
        self._paper.setText(f"Source: {objective.paper}")

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title, 1)
        head.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(head)
        for widget in (self._why, self.trouble, self._summary, self._explanation):
            self._column.addWidget(widget)
        options = QVBoxLayout(self._options_head)
        options.setContentsMargins(0, 0, 0, 0)
        options.setSpacing(12)
        options.addWidget(Divider())
        options.addWidget(Text("Options", "section", wrap=False))
        options.addLayout(self._options_holder)
        self._column.addWidget(self._options_head)
        self._column.addWidget(Divider())
        self._column.addLayout(_pair(("Take it when", self._use), ("Think twice when", self._avoid)))
        self._column.addWidget(Divider())
        self._column.addLayout(_pair(("What a row looks like", self._rows), ("What is measured", self._measures)))
        self._column.addWidget(self._paper)
        self._column.addStretch(1)

    def _show_trouble(self, wizard: Wizard, offer: ObjectiveOffer, chosen: bool) -> None:
        problem = next(iter(wizard.objective_problems), None) if chosen and not offer.refusal else None
        self._cured_in = ""
        if offer.refusal:
            self.trouble.set("warn", "It cannot be taken here", offer.refusal, None if chosen else "Back")
            self.trouble.button.setAccessibleName(f"Back to {OBJECTIVES.get(wizard.job.objective.id).title}")
        elif problem is not None:
            self._cured_in = step_of(problem) if step_of(problem) != "objective" else ""
            cure = f"Open {TITLES[self._cured_in]}" if self._cured_in else None
            self.trouble.set("warn", sentence(problem.message), problem.fix, cure)
        self.trouble.setVisible(bool(offer.refusal) or problem is not None)

    def _show_options(
        self, wizard: Wizard, objective: Objective, models: Sequence[ModelFound] | None, *, asked: bool
    ) -> None:
        given = wizard.job.objective.options if asked else {}
        fields = objective_fields(objective, given, models) if asked else []
        key = (objective.id, fields)
        if key != self._options_key:
            self._options_key = key
            self.options = replaced(self._options_holder, self.options, fields)
            if self.options is not None:
                form = self.options
                form.changed.connect(lambda _values: self.options_changed.emit(form.changed_values()))
        self._options_head.setVisible(self.options is not None)
        if self.options is not None:
            show_values(self.options, {**{field.name: field.default for field in fields}, **given})
            self.options.set_problems(wizard.objective_problems)
            self.options.show_all(wizard.answers.advanced)


def _pair(*columns: tuple[str, QWidget]) -> QHBoxLayout:
    pair = QHBoxLayout()
    pair.setSpacing(24)
    for title, content in columns:
        column = QVBoxLayout()
        column.setSpacing(7)
        column.addWidget(Text(title, "section"))
        column.addWidget(content)
        column.addStretch(1)
        pair.addLayout(column, 1)
    return pair
