"""A step with a list at the left and the chosen thing in full at the right; it knows neither what is listed nor why."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.views.components.empty import EmptyState
from desktop.views.wizard.step import StepView

_LIST_NARROW, _LIST, _LIST_WIDE = 280, 322, 420
_DETAIL_WIDEST = 860


class SplitStep(StepView):
    """List and detail beside each other, or what is missing for either."""

    scrolls = False

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the frame; the subclass puts the parts in."""
        super().__init__(session, parent)
        self._parts: tuple[QWidget, QWidget, QWidget] | None = None

    def put(self, listed: QWidget, detail: QWidget, waiting: EmptyState) -> None:
        """Place the list, the detail, and what is shown while there is nothing to list."""
        self._parts = (listed, detail, waiting)
        self.content.addWidget(listed, 1)
        self.row.setStretch(1, 0)
        detail.setMaximumWidth(_DETAIL_WIDEST)
        self.row.insertWidget(2, detail, 1000)
        self.row.insertWidget(3, waiting, 1000)

    def show_parts(self, known: bool) -> None:
        """Show list and detail, or what is missing."""
        if self._parts is not None:
            listed, detail, waiting = self._parts
            listed.setVisible(known)
            detail.setVisible(known)
            waiting.setVisible(not known)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the list its width."""
        super().resizeEvent(event)
        width = self.width()
        self.left.setFixedWidth(_LIST_NARROW if width < 840 else _LIST_WIDE if width > 1400 else _LIST)
