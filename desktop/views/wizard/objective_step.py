"""The Objective step: every objective at the left, the chosen one in full at the right; it judges none itself."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.flow.wizard_objectives import ObjectiveOffer, objective_groups, with_objective
from desktop.views.components.empty import EmptyState
from desktop.views.wizard.objective_detail import ObjectiveDetail
from desktop.views.wizard.objective_list import ObjectiveList
from desktop.views.wizard.split_step import SplitStep


class ObjectiveStep(SplitStep):
    """What the model is to learn from the rows."""

    id = "objective"
    title = "Objective"
    subtitle = "What the model is to learn from your rows."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.list = ObjectiveList()
        self.detail = ObjectiveDetail()
        waiting = EmptyState("data", "No rows yet", "What can be learned follows from your rows. Choose a file first.")
        self.put(self.list, self.detail, waiting)
        self._read = ""  # the objective that is only read about, because it cannot be taken here
        self.list.chosen.connect(self._choose)
        self.detail.options_changed.connect(self._set_options)
        self.detail.left.connect(self._leave)
        self.detail.step_wanted.connect(session.go)
        session.models_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the objectives and the one that is chosen or read about."""
        wizard = self.wizard
        known = wizard.findings.data is not None and bool(wizard.findings.data.kind)
        self.show_parts(known)
        if known:
            chosen = wizard.job.objective.id
            offer = self._offer(self._read)
            if offer is None or not offer.refusal:  # it can be taken by now, or there is none
                self._read, offer = "", self._offer(chosen)
            self.list.show_groups(objective_groups(wizard.objectives, known=known), chosen)
            if offer is not None:
                self.detail.show_objective(wizard, offer, self.session.models)

    def entered(self) -> None:
        """Bring the chosen objective into sight."""
        super().entered()
        self._read = ""
        QTimer.singleShot(0, self.list, self.list.show_chosen)  # once the list is laid out

    def first_focus(self) -> QWidget | None:
        """Start at the chosen objective."""
        return self.list.choices.cards.get(self.wizard.job.objective.id)

    def _offer(self, id: str) -> ObjectiveOffer | None:
        return next((offer for offer in self.wizard.objectives if offer.id == id), None)

    def _choose(self, id: str) -> None:
        offer = self._offer(id)
        self._read = id if offer is not None and offer.refusal else ""
        if not self._read and id != self.wizard.job.objective.id:
            self.session.answer(with_objective(self.wizard, id))
        self.refresh()

    def _leave(self) -> None:
        self._read = ""
        self.refresh()
        card = self.first_focus()
        if card is not None:
            card.setFocus()

    def _set_options(self, options: dict[str, Any]) -> None:
        self.session.answer(with_objective(self.wizard, self.wizard.job.objective.id, options))
