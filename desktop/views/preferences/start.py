"""The start of the preferences page: the projects there are, and the form for another; it decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.preferences.new_project import NewProjectCard
from desktop.views.preferences.project_list import ProjectList

_WIDEST = 1040


class StartView(QWidget):
    """Head, form when asked for, list.

    Attributes:
        form: the form for a new project.
        projects: the list.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it with the form put away."""
        super().__init__(parent)
        self.form = NewProjectCard()
        self.form.hide()
        self.projects = ProjectList()
        self.trouble = Banner("bad", "", "")
        self.trouble.hide()
        self.new = Button("New project", icon="plus")
        self.new.clicked.connect(self.open_form)
        self.projects.wanted.connect(self.open_form)
        self.form.cancelled.connect(self.close_form)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(Text("Preferences", "title"))
        head.addWidget(
            Text("Judge pairs of answers, blind and by keyboard, then train on what you preferred.", "body", "text2")
        )
        top = QHBoxLayout()
        top.addLayout(head, 1)
        top.addWidget(self.new, 0, Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(32, 28, 32, 24)
        column.setSpacing(20)
        column.addLayout(top)
        column.addWidget(self.trouble)
        column.addWidget(self.form)
        column.addWidget(self.projects)
        column.addStretch(1)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(ScrollArea(page))

    def open_form(self) -> None:
        """Show the form; the list of what is there stays below it, the word on emptiness does not."""
        self.form.show()
        self.new.hide()
        self.projects.setVisible(bool(self.projects.rows))
        self.form.model.setFocus()

    def close_form(self) -> None:
        """Put the form away."""
        self.form.hide()
        self.projects.show()
        self.new.setVisible(bool(self.projects.rows))  # an empty list has the same button in its middle
        self.new.setFocus()
