"""A question in the page instead of a dialog, answered by doing it or by leaving it; it knows no act."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.views.components.banner import Banner
from desktop.views.components.button import Button


class Ask(Banner):
    """A banner with two answers; hidden until it is asked.

    Signals:
        agreed: do it.
        declined: leave everything as it is; also with Escape.
    """

    agreed = Signal()
    declined = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Be ready to ask."""
        super().__init__("warn", "", "", None, parent)
        self.leave = Button("Keep it", "secondary", size="small")
        row = cast("QHBoxLayout", self.layout())
        row.insertWidget(row.count() - 1, self.leave, 0, Qt.AlignmentFlag.AlignVCenter)
        self.button.set_kind("danger")
        self.acted.connect(self._agree)
        self.leave.clicked.connect(self._decline)
        self.hide()

    def ask(self, title: str, text: str, act: str, leave: str) -> None:
        """Ask, with the words of both answers; the keyboard starts on the harmless one."""
        self.set("warn", title, text, act)
        self.leave.setText(leave)
        self.show()
        self.leave.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as no."""
        if event.key() == Qt.Key.Key_Escape:
            self._decline()
            return
        super().keyPressEvent(event)

    def _agree(self) -> None:
        self.hide()
        self.agreed.emit()

    def _decline(self) -> None:
        self.hide()
        self.declined.emit()
