"""The Memory step: does it fit, what takes the room, what would make it fit; the figures are the engine's."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.engine.job import JobSpec
from desktop.engine.options import fields_of
from desktop.flow.wizard_memory import MemoryAdvice, advice_of, answers_with
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.empty import EmptyState
from desktop.views.components.form import OptionForm
from desktop.views.wizard.memory_map import MapCard
from desktop.views.wizard.memory_parts import FixesCard, VerdictCard
from desktop.views.wizard.method_detail import IN_MEMORY
from desktop.views.wizard.step import StepView

# One line each, since the card stands among the figures they change.
_HELP = {
    "batch_size": "Rows worked on at once",
    "accumulation": "Batches added up for one step",
    "max_length": "In tokens; longer rows are cut",
    "checkpointing": "A third slower, far less memory",
}


class MemoryStep(StepView):
    """Whether it fits."""

    id = "memory"
    title = "Memory"
    subtitle = "Predicted before anything is loaded, measured against what is free now."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.again = Button("Look again", "ghost", "refresh")
        self.head.addWidget(self.again)
        self.verdict = VerdictCard()
        self._form_card = Card(padding=18)
        self.form: OptionForm | None = None
        self._form_key: object = None
        self.fixes = FixesCard()
        self.map = MapCard()
        self._waiting = EmptyState(
            "memory", "Nothing to predict yet", "The prediction needs a model and a look at this machine."
        )
        pair = QHBoxLayout()
        pair.setSpacing(16)
        pair.addWidget(self.fixes, 4)
        pair.addWidget(self.map, 3)
        self.content.addWidget(self.verdict)
        self.content.addWidget(self._form_card)
        self.content.addLayout(pair)
        self.content.addWidget(self._waiting, 100)
        self.content.addStretch(1)
        self._advice: MemoryAdvice | None = None
        self.again.clicked.connect(session.look_at_machine)
        self.verdict.fit_asked.connect(self._make_it_fit)
        self.fixes.applied.connect(self._apply)
        self.map.picked.connect(self._pick)

    def refresh(self) -> None:
        """Show the prediction and what could be changed."""
        advice = advice_of(self.wizard)
        self._advice = advice
        for widget in (self.verdict, self._form_card, self.fixes, self.map):
            widget.setVisible(advice is not None)
        self._waiting.setVisible(advice is None)
        if advice is None:
            return
        self.verdict.show_estimate(
            advice.estimate, advice.where, advice.capacity_mib, fixable=advice.made_to_fit is not None
        )
        self.fixes.show_fixes(advice.fixes)
        self.map.show_map(advice.cells, advice.estimate.limit_mib, advice.nearest)
        self._refresh_form()

    def first_focus(self) -> QWidget | None:
        """Start at making it fit, where it does not."""
        return self.verdict.fit if self.verdict.fit.isVisibleTo(self) else None

    def _refresh_form(self) -> None:
        inferred = self.wizard.inferred.model_dump()
        key = tuple(inferred[name] for name in IN_MEMORY)
        if key != self._form_key:
            self._form_key = key
            if self.form is not None:
                self._form_card.body.removeWidget(self.form)
                self.form.hide()
                self.form.deleteLater()
            fields = [
                dataclasses.replace(field, default=inferred[field.name], typical="", unit="", help=_HELP[field.name])
                for field in fields_of(type(self.wizard.inferred))
                if field.name in IN_MEMORY
            ]
            self.form = OptionForm(fields, columns=4)
            self._form_card.body.addWidget(self.form)
            self.form.changed.connect(self._set)
        if self.form is not None:
            training = self.wizard.job.training.model_dump()
            shown = self.form.values()
            self.form.set_values({name: training[name] for name in IN_MEMORY if shown[name] != training[name]})

    def _set(self, values: dict[str, Any]) -> None:
        inferred = self.wizard.inferred.model_dump()
        changes = {name: ... if values[name] == inferred[name] else values[name] for name in IN_MEMORY}
        self.session.answer(self.wizard.answers.with_training(**changes))

    def _apply(self, id: str) -> None:
        chosen = next((fix for fix in self._advice.fixes if fix.id == id), None) if self._advice else None
        if chosen is not None:
            self._take(chosen.job)

    def _make_it_fit(self) -> None:
        if self._advice is not None and self._advice.made_to_fit is not None:
            self._take(self._advice.made_to_fit)

    def _pick(self, batch: int, length: int) -> None:
        self._set({**self.wizard.job.training.model_dump(), "batch_size": batch, "max_length": length})

    def _take(self, job: JobSpec) -> None:
        self.session.answer(answers_with(self.wizard, job))
