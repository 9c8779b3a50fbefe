"""What every step of the wizard has in common: a title, one line, its own content; it knows no step in particular."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.flow.wizard import Wizard
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.tokens import PAGE_MARGIN


class StepView(QWidget):
    """One step.

    Attributes:
        id: of the step.
        title: its heading.
        subtitle: one line below it.
        head: the line of the heading, for a control at its right.
        content: the layout the step fills.
        left: what holds head and content.
        row: the layout around that, for a step with something beside both.
        session: the open wizard.
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    subtitle: ClassVar[str] = ""
    scrolls: ClassVar[bool] = True
    widest: ClassVar[int] = 1240

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the frame of the step; the content is the subclass's."""
        super().__init__(parent)
        self.session = session
        inner = QWidget()
        self.row = QHBoxLayout(inner)
        self.row.setContentsMargins(PAGE_MARGIN, 24, PAGE_MARGIN, 20)
        self.row.setSpacing(20)
        self.left = QWidget()
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # On a large screen the content stays readable in the middle instead of stretching.
        self.left.setMaximumWidth(self.widest)
        self.row.addStretch(1)
        self.row.addWidget(self.left, 1000)
        self.row.addStretch(1)
        self.head = QHBoxLayout()
        self.head.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Text(self.title, "title", wrap=False))
        self.subtitle_text = Text(self.subtitle, "body", "text2")
        words.addWidget(self.subtitle_text)
        self.head.addLayout(words, 1)
        column.addLayout(self.head)
        column.addSpacing(14)
        self.content = QVBoxLayout()
        self.content.setSpacing(14)
        column.addLayout(self.content, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ScrollArea(inner) if self.scrolls else inner)

    @property
    def wizard(self) -> Wizard:
        """The state of the moment."""
        return self.session.wizard

    def refresh(self) -> None:
        """Show the state of the moment; called only while the step is open."""

    def entered(self) -> None:
        """Come to the front."""

    def closed(self) -> None:
        """Let go of everything before the page ends."""

    def first_focus(self) -> QWidget | None:
        """Return what takes the keyboard when the step opens, ``None`` for the frame's own choice."""
        return None
