"""The data set that is looked at, card by card: file, columns, issues, lengths, what the model sees; no decisions."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.engine.job import DataSource
from desktop.engine.objectives import OBJECTIVES
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_findings import DataFound
from desktop.flow.wizard_inferred import instead
from desktop.flow.wizard_issues import issues, summary
from desktop.flow.wizard_mapping import Mapping
from desktop.flow.wizard_objectives import with_objective
from desktop.flow.wizard_questions import trained_on
from desktop.flow.wizard_sets import set_lines
from desktop.flow.wizard_split import split_words
from desktop.views.components.banner import Banner
from desktop.views.wizard.data_columns import ColumnsCard
from desktop.views.wizard.data_file import FileBar
from desktop.views.wizard.data_issues import IssuesCard
from desktop.views.wizard.data_lengths import LengthsCard
from desktop.views.wizard.data_reading import ReadingCard
from desktop.views.wizard.data_rendered import RenderedCard
from desktop.views.wizard.data_sets import SetsCard

_LOWEST, _TALLEST = 210, 330  # of the issues: three are in sight, more scroll
_STOPPED = "Nothing of the file is used yet. Read it again, or choose another."
_UNTOLD = "From their names it cannot be told. Pick a role above each column that is needed; the others stay unused."


class DataOverview(QWidget):
    """Every card of a data set that was read, or is being read.

    Attributes:
        file_bar: the file.
        sets: the data sets, where there are several.
        reading: how far reading is.
        trouble: what is in the way.
        columns: the first rows and their roles.
        issues: what is not quite right.
        lengths: how long the rows are.
        rendered: one row as the model sees it.
    """

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build every card."""
        super().__init__(parent)
        self._session = session
        self.file_bar = FileBar()
        self.sets = SetsCard()
        self.reading = ReadingCard()
        self.trouble = Banner("bad", "", "")
        self.columns = ColumnsCard()
        self.issues = IssuesCard()
        self.lengths = LengthsCard()
        self.rendered = RenderedCard(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for card in (self.sets, self.file_bar, self.reading, self.trouble, self.columns):
            column.addWidget(card)
        pair = QHBoxLayout()
        pair.setSpacing(16)
        pair.addWidget(self.issues, 5)
        pair.addWidget(self.lengths, 4)
        self.lengths.setMinimumHeight(_LOWEST)
        column.addLayout(pair)
        column.addWidget(self.rendered, 100)
        column.addStretch(1)
        self._instead = ""  # the objective the trouble's button takes
        self.reading.cancelled.connect(session.cancel_reading)
        self.trouble.acted.connect(self._cure)
        session.rendered_changed.connect(self.rendered.refresh)
        session.progressed.connect(self._on_progress)

    def show_source(self, source: DataSource, mapping: Mapping | None) -> None:
        """Show what is known of ``source``, whose columns are taken as ``mapping`` says."""
        wizard = self._session.wizard
        data, error = wizard.findings.data, wizard.findings.data_error
        stopped = error is not None and error.code == "cancelled"
        ready = data is not None and bool(data.columns) and (error is None or stopped)
        # Rows stay in sight while they are read again; what is wrong with them even where nothing can be used.
        known = data is not None and not data.reading and (bool(data.kind) or data.rows > 0 or bool(data.checks))
        self.columns.setVisible(ready)
        for widget in (self.issues, self.lengths, self.rendered):
            widget.setVisible(ready and known)
        self.sets.setVisible(len(wizard.answers.data) > 1)
        self.sets.show_sets(set_lines(wizard.answers, wizard.findings), wizard.answers.mixing)
        self._show_reading(wizard)
        self._show_trouble(wizard)
        if error is not None and not stopped:
            self.file_bar.show_failed(source)
        elif data is None or not ready:
            self.file_bar.show_reading(source)
        else:
            self._show_data(wizard, source, data, mapping)

    def _show_data(self, wizard: Wizard, source: DataSource, data: DataFound, mapping: Mapping | None) -> None:
        training = wizard.job.training
        self.file_bar.show_data(source, data, mapping.choice.id if mapping else "", mapping.missing if mapping else "")
        self.file_bar.show_split(split_words(wizard), training.validation_share)
        self.columns.show_rows(data, mapping)
        found = issues(data, wizard.findings.lengths, training.max_length, training.overlong)
        self.issues.show_issues(found, summary(found, data))
        self.issues.setMinimumHeight(min(_TALLEST, max(_LOWEST, 70 + 76 * len(found))))
        waiting = self._session.progress_of("lengths").words or "Counting…"
        if wizard.findings.model is None:
            waiting = "Counted once a model is chosen"
        elif wizard.blocked("data"):
            waiting = "Counted once these rows can be learned from"
        self.lengths.show_lengths(wizard.findings.lengths, training.max_length, waiting)
        options = OBJECTIVES.get(wizard.job.objective.id).options.model_fields
        self.rendered.show_choices(
            answers=trained_on(wizard) if "answers" in options and data.kind == "chat" else None,
            overlong=training.overlong,
            template=wizard.answers.chat_template,
            chat=data.kind in ("chat", "preference"),
        )
        self.rendered.refresh()

    def _show_reading(self, wizard: Wizard) -> None:
        self.reading.setVisible(self._session.reading)
        if self._session.reading:
            self.reading.show_progress(self._session.progress_of("inspect"))

    def _show_trouble(self, wizard: Wizard) -> None:
        data, error = wizard.findings.data, wizard.findings.data_error
        self._instead = ""
        if error is not None and error.code == "cancelled":
            self.trouble.set("info", "Reading was stopped.", _STOPPED, "Read again")
        elif error is not None:
            self.trouble.set("bad", error.message, error.hint, "Read again")
        elif data is not None and data.problem is not None:
            if data.problem.code == "needs_mapping":
                self.trouble.set("warn", "What do the columns hold?", _UNTOLD)
            else:
                self.trouble.set("warn", data.problem.message, data.problem.hint)
        elif data is not None and data.kind and (reason := wizard.blocked("data")):
            other = self._instead = instead(wizard.answers, wizard.findings)
            self.trouble.set("warn", reason, "", f"Use {OBJECTIVES.get(other).title} instead" if other else None)
        else:
            self.trouble.hide()
            return
        self.trouble.show()

    def _cure(self) -> None:
        """Do what the button of the trouble says: take the objective that suits, or read the file again."""
        if self._instead:
            self._session.answer(with_objective(self._session.wizard, self._instead))
        else:
            self._session.read_again()

    def _on_progress(self, what: str, done: int, total: int) -> None:
        if self.isVisible():
            self._show_reading(self._session.wizard)
            if self._session.wizard.findings.lengths is None and not self._session.reading:
                length = self._session.wizard.job.training.max_length
                self.lengths.show_lengths(None, length, self._session.progress_of("lengths").words or "Counting…")
