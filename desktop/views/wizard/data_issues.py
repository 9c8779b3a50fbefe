"""What is not quite right about a data set, one line each, with what becomes of such rows; no decisions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.wizard_issues import OVERLONG, Issue
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea

_ICONS = {"bad": "cross", "warn": "warn", "info": "info"}
_SPOKEN = {"bad": "Fault", "warn": "Warning", "info": "Note"}
_FORMS = {"Markdown (*.md)": "md", "JSON (*.json)": "json", "CSV (*.csv)": "csv"}


class IssuesCard(Card):
    """What is not quite right, line by line.

    Signals:
        policy_chosen: what is to become of the rows a check finds (check, policy).
        rows_wanted: the rows a check finds are to be shown.
        report_wanted: the report is to be saved (path, form).
    """

    policy_chosen = Signal(str, str)
    rows_wanted = Signal(str)
    report_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=16, parent=parent)
        self._chip = Chip("", "ok")
        self.save_button = Button("Save report…", "link", size="small")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Text("Issues", "section", wrap=False))
        head.addWidget(self._chip)
        head.addStretch(1)
        head.addWidget(self.save_button)
        self.body.addLayout(head)
        self._holder = QWidget()
        self._list = QVBoxLayout(self._holder)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(0)
        self.body.addWidget(ScrollArea(self._holder), 1)
        self._shown: list[Issue] | None = None
        self.rows: list[IssueRow] = []
        self.save_button.clicked.connect(self._ask_for_place)

    def show_issues(self, issues: list[Issue], summary: tuple[str, str]) -> None:
        """Show ``issues``; ``summary`` is their head and its tone."""
        self._chip.set(*summary)
        if issues == self._shown:
            return
        focused = next((row.issue.check for row in self.rows if row.policy is not None and row.policy.hasFocus()), "")
        self._shown = list(issues)
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        nothing = Issue("info", "Nothing to report", "All rows were read and understood.")
        self.rows = [IssueRow(issue) for issue in issues or [nothing]]
        for row in self.rows:
            self._list.addWidget(Divider())
            self._list.addWidget(row)
            row.policy_chosen.connect(self.policy_chosen)
            row.rows_wanted.connect(self.rows_wanted)
            if focused and row.issue.check == focused and row.policy is not None:
                row.show()
                row.policy.setFocus(Qt.FocusReason.OtherFocusReason)
        self._list.addStretch(1)

    def _ask_for_place(self) -> None:
        path, form = QFileDialog.getSaveFileName(self, "Save the report", "report.md", ";;".join(_FORMS))
        if path:
            ending = path.rpartition(".")[2].lower()
            self.report_wanted.emit(path, ending if ending in _FORMS.values() else _FORMS.get(form, "md"))


class IssueRow(QWidget):
    """One issue.

    Attributes:
        issue: what it says.
        policy: the choice of what becomes of the rows, ``None`` where there is none.
        show_button: shows the rows, ``None`` where that cannot be.

    Signals:
        policy_chosen: as of the card.
        rows_wanted: as of the card.
    """

    policy_chosen = Signal(str, str)
    rows_wanted = Signal(str)

    def __init__(self, issue: Issue, parent: QWidget | None = None) -> None:
        """Show ``issue``."""
        super().__init__(parent)
        self.issue = issue
        self.policy: Combo | None = None
        self.show_button: Button | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 8, 0, 8)
        line.setSpacing(10)
        line.addWidget(Glyph(_ICONS[issue.tone], 16, issue.tone), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(issue.where, "strong"))
        words.addWidget(Text(issue.what, "body", "text2"))
        line.addLayout(words, 1)
        if issue.rows:
            self.show_button = Button("Show", size="small")
            self.show_button.setAccessibleName(f"Show rows: {issue.where}")
            self.show_button.clicked.connect(lambda: self.rows_wanted.emit(issue.check))
            line.addWidget(self.show_button, 0, Qt.AlignmentFlag.AlignVCenter)
        if len(issue.policies) > 1:
            self.policy = _policy(issue)
            self.policy.activated.connect(self._on_policy)
            line.addWidget(self.policy, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(issue.help)
        self.setAccessibleName(f"{_SPOKEN[issue.tone]}. {issue.where}: {issue.what}")

    def _on_policy(self) -> None:
        if self.policy is not None:
            self.policy_chosen.emit(self.issue.check, str(self.policy.currentData()))


def _policy(issue: Issue) -> Combo:
    combo = Combo()
    combo.setProperty("compact", True)
    for policy, title in issue.policies:
        combo.addItem(title, policy)
    combo.setCurrentIndex(max(0, combo.findData(issue.policy)))
    subject = "rows that are too long" if issue.check == OVERLONG else issue.help.partition(".")[0] or issue.where
    combo.setAccessibleName(f"What becomes of these rows: {subject}")
    return combo
