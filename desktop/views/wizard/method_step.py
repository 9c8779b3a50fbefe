"""The Method step: the ranked list at the left, the chosen method in full at the right; it ranks nothing itself."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.flow.wizard_settings import with_other
from desktop.views.components.empty import EmptyState
from desktop.views.wizard.method_compare import CompareDialog
from desktop.views.wizard.method_detail import IN_MEMORY, MethodDetail
from desktop.views.wizard.method_list import MethodList
from desktop.views.wizard.method_rate import RateDialog
from desktop.views.wizard.method_which import WhichDialog
from desktop.views.wizard.split_step import SplitStep


class MethodStep(SplitStep):
    """How the model is changed."""

    id = "method"
    title = "Method"
    subtitle = "How the model will be changed."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.list = MethodList()
        self.detail = MethodDetail()
        waiting = EmptyState("models", "No model yet", "The methods are ranked for a model. Choose one first.")
        self.put(self.list, self.detail, waiting)
        self.list.chosen.connect(self._choose)
        self.detail.options_changed.connect(self._set_options)
        self.detail.training_changed.connect(self._set_training)
        self.detail.others_changed.connect(self._set_others)
        self.list.which.clicked.connect(self.ask_which)
        self.list.compare.clicked.connect(self.compare)
        self.detail.find_rate.clicked.connect(self.find_rate)
        self._dialog: QDialog | None = None

    def refresh(self) -> None:
        """Show the ranking and the chosen method."""
        known = bool(self.wizard.offers)
        self.show_parts(known)
        if known:
            self.list.show_offers(self.wizard.offers, self.wizard.method.id)
            self.detail.show_method(self.wizard)

    def ask_which(self) -> None:
        """Show when to use which method."""
        self._open(WhichDialog(self.session, self))

    def compare(self) -> None:
        """Show what each method reached when it was tried."""
        self._open(CompareDialog(self))

    def find_rate(self) -> None:
        """Look for a learning rate for the job of the moment."""
        dialog = RateDialog(self.session.workbench, self.session.tasks, self.wizard.job, self)
        dialog.chosen.connect(self._set_rate)
        self._open(dialog)

    def closed(self) -> None:
        """Close what is open over the step."""
        if self._dialog is not None:
            self._dialog.reject()

    def _open(self, dialog: QDialog) -> None:
        # Not exec: the window goes on working behind it, and a page that ends can close it.
        self._dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(True)
        dialog.finished.connect(self._forget)
        dialog.open()

    def _forget(self) -> None:
        self._dialog = None

    def entered(self) -> None:
        """Bring the chosen method into sight: it may stand far down the list."""
        super().entered()
        QTimer.singleShot(0, self.list, self.list.show_chosen)  # once the list is laid out

    def first_focus(self) -> QWidget | None:
        """Start at the chosen method."""
        return self.list.choices.cards.get(self.wizard.method.id)

    def _choose(self, id: str) -> None:
        if id != self.wizard.method.id or self.wizard.answers.method is None:
            self.session.answer(self.wizard.answers.with_method(id))

    def _set_options(self, options: dict[str, Any]) -> None:
        method = self.wizard.method.model_copy(update={"options": options})
        self.session.answer(dataclasses.replace(self.wizard.answers, method=method))

    def _set_others(self, values: dict[str, Any]) -> None:
        self.session.answer(with_other(self.wizard, values))

    def _set_rate(self, rate: float) -> None:
        self.session.answer(self.wizard.answers.with_training(learning_rate=rate))

    def _set_training(self, changed: dict[str, Any]) -> None:
        kept = {name: value for name, value in self.wizard.answers.training.items() if name in IN_MEMORY}
        others = self.detail.training.values() if self.detail.training else {}
        hidden = {
            name: value
            for name, value in self.wizard.answers.training.items()
            if name not in others and name not in IN_MEMORY
        }
        self.session.answer(dataclasses.replace(self.wizard.answers, training={**kept, **hidden, **changed}))
