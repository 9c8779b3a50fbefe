"""The Review step: everything in a table, what stands against it, the job file and the command; it checks nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.engine.errors import Problem, UserError
from desktop.flow.wizard import TITLES
from desktop.flow.wizard_review import (
    ReviewLine,
    command,
    job_text,
    review_lines,
    review_problems,
    save_job,
    step_of,
)
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.divider import Divider
from desktop.views.components.label import Text
from desktop.views.wizard.step import StepView

_COPIED_MS = 1600
_FORBIDDEN = '/\\:*?"<>|'


class ReviewStep(StepView):
    """The last look before the start.

    Signals:
        queue_wanted: the run shall wait until the device is free.
    """

    queue_wanted = Signal()

    id = "review"
    title = "Review"
    subtitle = "Everything the run will do. The command below does exactly the same without a window."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self._problems = QVBoxLayout()
        self._problems.setSpacing(8)
        self._shown_problems: list[Problem] | None = None
        self._shown_lines: list[ReviewLine] | None = None
        self.queue = Banner("info", "", "", "Add to queue")
        self.queue.acted.connect(self.queue_wanted)
        self.queue.hide()
        self.content.addWidget(self.queue)
        self.content.addLayout(self._problems)
        self.content.addWidget(self._table_card())
        self.content.addWidget(self._file_card())
        self.content.addStretch(1)

    def refresh(self) -> None:
        """Show the state of the moment."""
        if not self.name_edit.hasFocus():
            self.name_edit.setText(self.wizard.answers.name)
        self.name_edit.setPlaceholderText(self.wizard.job.name)
        lines = review_lines(self.wizard)
        if lines != self._shown_lines:
            self._shown_lines = lines
            self._fill_table(lines)
        problems = review_problems(self.wizard)
        if problems != self._shown_problems:
            self._shown_problems = problems
            self._fill_problems(problems)
        self._yaml.setText(job_text(self.wizard, explain=self.wizard.answers.advanced).rstrip("\n"))

    def offer_queue(self, at_work: str, *, may_start: bool) -> None:
        """Offer to wait for the run ``at_work``, where there is one and nothing stands against a start."""
        self.queue.setVisible(bool(at_work) and may_start)
        if at_work:
            self.queue.set(
                "info",
                f"{at_work} is at work on the device",
                "Started now, both share it and both are slower. In the queue this one starts when the other is over.",
                "Add to queue",
            )

    def save_file(self) -> None:
        """Ask where to save the job file."""
        suggested = f"{self.wizard.job.name}.yaml"
        path, _ = QFileDialog.getSaveFileName(self, "Save the job file", suggested, "Job files (*.yaml *.yml)")
        if path:
            self._save_to(Path(path))

    def _save_to(self, file: Path) -> None:
        try:
            save_job(self.wizard.job, file)
        except UserError as error:
            self._saved.setText(str(error))
            self._saved.set_tone("bad")
            return
        self._command.setText(command(file))
        self._saved.setText(f"Saved as {file.name}")
        self._saved.set_tone("ok")

    def _table_card(self) -> Card:
        card = Card(padding=18)
        self.name_edit = QLineEdit()
        self.name_edit.setAccessibleName("Name of the run")
        self.name_edit.setMaximumWidth(360)
        label = Text("Name of the run", "label", wrap=False)
        label.setBuddy(self.name_edit)
        self._name_error = Text("", "help", "bad")
        self._name_error.hide()
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(label)
        head.addWidget(self.name_edit, 1)
        head.addWidget(self._name_error, 1)
        head.addStretch(1)
        card.body.addLayout(head)
        card.body.addSpacing(4)
        holder = QWidget()
        self._table = QGridLayout(holder)
        self._table.setContentsMargins(0, 0, 0, 0)
        self._table.setHorizontalSpacing(18)
        self._table.setVerticalSpacing(0)
        self._table.setColumnStretch(2, 1)
        card.body.addWidget(holder)
        self.name_edit.textEdited.connect(self._set_name)
        return card

    def _file_card(self) -> Card:
        card = Card(padding=18)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Text("The same without a window", "section", wrap=False))
        self._saved = Text("", "help", "ok", elide=True)
        head.addWidget(self._saved, 1)
        self.save_button = Button("Save job file…", icon="save", size="small")
        self.copy_button = Button("Copy command", icon="copy", size="small")
        head.addWidget(self.copy_button)
        head.addWidget(self.save_button)
        card.body.addLayout(head)
        self._command = Text(command(None), "mono", "accent", selectable=True)
        well = Card(padding=14, fill="sunken", radius=8)
        self._yaml = Text("", "mono", "text", selectable=True)
        self._yaml.setAccessibleDescription("The job file")
        well.body.addWidget(self._command)
        well.body.addWidget(Divider(tone="line2"))
        well.body.addWidget(self._yaml)
        card.body.addWidget(well)
        self.save_button.clicked.connect(self.save_file)
        self.copy_button.clicked.connect(self._copy)
        return card

    def _fill_table(self, lines: list[ReviewLine]) -> None:
        _clear(self._table)
        for place, line in enumerate(lines):
            row = place * 2
            self._table.addWidget(Divider(), row, 0, 1, 4)
            label = Text(line.label, "body", "text2", wrap=False)
            label.setMinimumHeight(34)
            value = Text(line.value, "strong", elide="middle")
            value.setMaximumWidth(260)
            self._table.addWidget(label, row + 1, 0)
            self._table.addWidget(value, row + 1, 1)
            note = Text(line.note, "body", "text2")
            note.setContentsMargins(0, 6, 0, 6)
            self._table.addWidget(note, row + 1, 2)
            change = Button("Change", "link", size="small")
            change.setAccessibleName(f"Change {line.label}: {line.value}")
            change.clicked.connect(lambda _=False, step=line.step: self.session.go(step))
            self._table.addWidget(change, row + 1, 3)

    def _fill_problems(self, problems: list[Problem]) -> None:
        _clear(self._problems)
        for problem in problems:
            step = step_of(problem)
            action = f"Go to {TITLES[step]}" if step != "review" else None
            message = f"{problem.message[:1].upper()}{problem.message[1:]}"
            tone = "bad" if problem.severity == "error" else "warn"
            banner = Banner(tone, message, problem.fix, action)
            banner.acted.connect(lambda step=step: self.session.go(step))
            self._problems.addWidget(banner)

    def _set_name(self, name: str) -> None:
        wrong = [letter for letter in name if letter in _FORBIDDEN]
        bad = bool(wrong) or (bool(name) and not name.strip(". "))
        self._name_error.setText(f"A name has none of {' '.join(_FORBIDDEN)}" if bad else "")
        self._name_error.setVisible(bad)
        if not bad:
            self.session.answer(dataclasses.replace(self.wizard.answers, name=name.strip()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._command.text())
        self.copy_button.setText("Copied")
        QTimer.singleShot(_COPIED_MS, self.copy_button, lambda: self.copy_button.setText("Copy command"))


def _clear(layout: QGridLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
