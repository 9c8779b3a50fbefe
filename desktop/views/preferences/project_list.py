"""The projects of the workspace as rows to open; it knows their summaries and no judgement."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.preferences.projects import ProjectSummary
from desktop.flow.amounts import ago
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.empty import EmptyState, Glyph
from desktop.views.components.label import Text


class ProjectRow(Card):
    """One project: name, where its answers come from, how far it is."""

    def __init__(self, summary: ProjectSummary, parent: QWidget | None = None) -> None:
        """Show ``summary``."""
        super().__init__(padding=0, clickable=not summary.trouble, parent=parent)
        self.summary = summary
        self.body.setContentsMargins(18, 13, 18, 13)
        names = QVBoxLayout()
        names.setSpacing(3)
        names.addWidget(Text(summary.title, "strong", elide=True))
        told = summary.trouble or (f"answers of {summary.run}" if summary.run else "answers of a bundled model")
        names.addWidget(Text(told, "help", "bad" if summary.trouble else "text2", elide=True))
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(Glyph("warn" if summary.trouble else "preferences", 20, "bad" if summary.trouble else "text2"))
        row.addLayout(names, 1)
        if not summary.trouble:
            row.addWidget(self._progress(summary))
            when = Text(ago(summary.changed, time.time()), "help", "text2", wrap=False)
            when.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            when.setFixedWidth(110)
            row.addWidget(when)
            row.addWidget(Glyph("chevron-right", 16, "text3"))
        self.body.addLayout(row)
        self.setAccessibleName(f"{summary.title}, {summary.judged} of {summary.pairs} judged")

    @staticmethod
    def _progress(summary: ProjectSummary) -> QWidget:
        holder = QWidget()
        holder.setFixedWidth(190)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        words = f"{summary.judged:,} of {summary.pairs:,} judged"
        column.addWidget(Text(words, "help", "text2", wrap=False, tabular=True))
        column.addWidget(Bar(summary.judged / summary.pairs if summary.pairs else 0.0))
        return holder


class ProjectList(QWidget):
    """All of them, or a word on what they are good for.

    Signals:
        opened: the path of the project that was chosen.
        wanted: somebody without a project wants one.
    """

    opened = Signal(Path)
    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.rows: list[ProjectRow] = []
        self._empty = EmptyState(
            "preferences",
            "No project yet",
            "Two answers to the same question, one keystroke to say which is better: that is a preference. "
            "A few dozen are enough to train on.",
            "New project",
        )
        self._empty.button.set_kind("primary")
        self._empty.setMinimumHeight(440)
        self._empty.acted.connect(self.wanted)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self._column.addWidget(self._empty)

    def show_projects(self, projects: list[ProjectSummary]) -> None:
        """Show ``projects`` in their order."""
        if [row.summary for row in self.rows] == projects and projects:
            return
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = [ProjectRow(project) for project in projects]
        for row in self.rows:
            row.clicked.connect(lambda path=row.summary.path: self.opened.emit(path))
            self._column.addWidget(row)
        self._empty.setVisible(not projects)
