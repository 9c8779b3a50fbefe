"""The Data step: a file or a sample, how it was understood, what is wrong with it, what the model sees of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.flow.wizard_issues import issues
from desktop.flow.wizard_mapping import Mapping, mapping_of
from desktop.flow.wizard_samples import samples
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.label import Text
from desktop.views.wizard.data_columns import ColumnsCard
from desktop.views.wizard.data_parts import FileBar, IssuesCard, LengthsCard
from desktop.views.wizard.data_start import DataStart, dropped_file
from desktop.views.wizard.step import StepView
from desktop.views.wizard.token_view import MOST_PIECES, TokenView

_UNTOLD = "From their names it cannot be told. Pick a role above each column that is needed; the others stay unused."


class RenderedCard(Card):
    """One row as the model sees it, with the way to the next."""

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the card."""
        super().__init__(padding=16, parent=parent)
        self._session = session
        self._where = Text("", "body", "text2", wrap=False)
        self.back = Button("", icon="chevron-left", size="small")
        self.back.set_name("Row before")
        self.forward = Button("", icon="chevron-right", size="small")
        self.forward.set_name("Next row")
        self._trained = Chip("", "accent", "edit")
        self._read = Chip("", "neutral", "eye")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text("What the model sees", "section", wrap=False))
        head.addSpacing(4)
        head.addWidget(self._where)
        head.addWidget(self.back)
        head.addWidget(self.forward)
        head.addStretch(1)
        head.addWidget(Text("tokens", "help", "text2", wrap=False))
        head.addWidget(self._trained)
        head.addWidget(self._read)
        self.tokens = TokenView()
        self._said = Text("", "body", "text2")
        self.body.addLayout(head)
        self.body.addSpacing(4)
        self.body.addWidget(self.tokens)
        self.body.addWidget(self._said)
        self.body.addStretch(1)
        self.back.clicked.connect(lambda: session.show_row(session.row - 1))
        self.forward.clicked.connect(lambda: session.show_row(session.row + 1))

    def refresh(self) -> None:
        """Show the row the session rendered, or why there is none."""
        found, error = self._session.rendered, self._session.render_error
        for widget in (self._trained, self._read, self.tokens):
            widget.setVisible(found is not None)
        self.back.setEnabled(found is not None and found.row > 0)
        self.forward.setEnabled(found is not None and found.row + 1 < found.total)
        if found is None:
            waits = "" if self._session.wizard.blocked("data") else "The first look loads the tokenizer, a few seconds."
            needs = "Shown once a model is chosen." if self._session.wizard.findings.model is None else waits
            self._said.setText(str(error) if error else needs)
            self._said.set_tone("bad" if error else "text2")
            self._said.setVisible(True)
            self._where.setText("")
            return
        self._where.setText(f"row {found.row + 1:,} of {found.total:,}")
        self._trained.set(f"{found.trained:,} learned", "accent", "edit")
        self._read.set(f"{found.tokens - found.trained:,} only read", "neutral", "eye")
        self.tokens.set_pieces(found.pieces)
        notes = []
        if found.cut:
            notes.append(f"The last {found.cut:,} tokens are cut off.")
        if len(found.pieces) > MOST_PIECES:
            notes.append(f"Shown are the first {MOST_PIECES:,} tokens.")
        self._said.setText(" ".join(notes))
        self._said.set_tone("text2")
        self._said.setVisible(bool(notes))


class DataStep(StepView):
    """What the model learns from."""

    id = "data"
    title = "Data"
    subtitle = "Check what was recognised. Nothing is changed in your file."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.setAcceptDrops(True)
        self.start = DataStart(samples())
        self.file_bar = FileBar()
        self.trouble = Banner("bad", "", "")
        self.columns = ColumnsCard()
        self.issues = IssuesCard()
        self.lengths = LengthsCard()
        self.rendered = RenderedCard(session)
        self._found = QWidget()
        column = QVBoxLayout(self._found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.file_bar)
        column.addWidget(self.trouble)
        column.addWidget(self.columns)
        pair = QHBoxLayout()
        pair.setSpacing(16)
        pair.addWidget(self.issues, 5)
        pair.addWidget(self.lengths, 4)
        self.issues.setMinimumHeight(210)
        self.lengths.setMinimumHeight(210)
        column.addLayout(pair)
        column.addWidget(self.rendered, 100)
        column.addStretch(1)
        self.content.addWidget(self.start, 1)
        self.content.addWidget(self._found, 1)
        self._mapping: Mapping | None = None
        self._mapped_path = ""
        self._replacing = False
        self._progress = ""
        self.start.file_chosen.connect(self.take)
        self.file_bar.replaced.connect(self._replace)
        self.file_bar.shape_chosen.connect(self._choose_shape)
        self.columns.picked.connect(self._pick)
        self.lengths.length_changed.connect(self._set_length)
        session.rendered_changed.connect(self.rendered.refresh)
        session.progressed.connect(self._on_progress)

    def take(self, path: str) -> None:
        """Take the file or folder at ``path``."""
        self._replacing = False
        self._mapping = None
        answers = self.wizard.answers
        if answers.source is not None and answers.source.path == path:
            self.session.read_again()
            self.refresh()
        else:
            self.session.answer(answers.with_source(path))

    def refresh(self) -> None:
        """Show the file, or where to get one."""
        source, data, error = self.wizard.answers.source, self.wizard.findings.data, self.wizard.findings.data_error
        choosing = source is None or self._replacing
        self.start.setVisible(choosing)
        self._found.setVisible(not choosing)
        self.start.choices.select(source.path if source else "")
        if source is None or choosing:
            return
        ready = data is not None and bool(data.columns)
        self.columns.setVisible(ready and error is None)
        known = data is not None and (bool(data.kind) or data.rows > 0)  # rows stay in sight while they are read again
        for widget in (self.issues, self.lengths, self.rendered):
            widget.setVisible(ready and error is None and known)
        reason = self.wizard.blocked("data") if data is None or data.kind or data.problem or error else ""
        self.trouble.setVisible(bool(reason) and (error is not None or ready))
        if error is not None:
            self.file_bar.show_failed(source.path)
            self.trouble.set("bad", error.message, error.hint)
            return
        if data is None or not ready:
            self.file_bar.show_reading(source.path, self._progress)
            return
        if data.problem is not None:
            if data.problem.code == "needs_mapping":
                self.trouble.set("warn", "What do the columns hold?", _UNTOLD)
            else:
                self.trouble.set("warn", data.problem.message, data.problem.hint)
        elif reason:
            self.trouble.set("warn", reason, "")
        if data.path != self._mapped_path:
            self._mapping, self._mapped_path = None, data.path
        if self._mapping is None or (data.kind and not self._pending(data.shape)):
            self._mapping = mapping_of(data)
        mapping = self._mapping
        missing = mapping.missing if mapping else ""
        self.file_bar.show_data(data, mapping.choice.id if mapping else "", missing)
        self.columns.show_rows(data, mapping)
        length = self.wizard.job.training.max_length
        self.issues.show_issues(issues(data, self.wizard.findings.lengths, length), data.bad_total)
        waiting = (
            "Counted once a model is chosen" if self.wizard.findings.model is None else self._progress or "Counting…"
        )
        self.lengths.show_lengths(self.wizard.findings.lengths, length, waiting)
        self.rendered.refresh()

    def entered(self) -> None:
        """Begin with what is there."""
        self._replacing = False

    def first_focus(self) -> QWidget | None:
        """Start at the file button while there is no file."""
        return self.start.zone.file_button if self.wizard.answers.source is None else None

    def _pending(self, shape: str) -> bool:
        """Tell whether the user is in the middle of another mapping than the one that was read."""
        return self._mapping is not None and (bool(self._mapping.missing) or self._mapping.choice.id != shape)

    def _replace(self) -> None:
        self._replacing = True
        self.refresh()
        self.start.zone.file_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_shape(self, shape: str) -> None:
        data = self.wizard.findings.data
        if data is None:
            return
        self._mapping = mapping_of(data, shape)
        self._apply()

    def _pick(self, column: str, role: str) -> None:
        if self._mapping is not None:
            self._mapping = self._mapping.picked(column, role)
            self._apply()

    def _apply(self) -> None:
        """Read the file with the mapping once it is enough; until then say what is missing."""
        if self._mapping is not None and not self._mapping.missing:
            self.session.answer(self.wizard.answers.with_mapping(self._mapping.by_role))
        self.refresh()

    def _set_length(self, length: int) -> None:
        inferred = self.wizard.inferred.max_length
        self.session.answer(self.wizard.answers.with_training(max_length=... if length == inferred else length))

    def _on_progress(self, what: str, done: int, total: int) -> None:
        self._progress = f"{what}, {done:,} of {total:,}" if total else f"{what}, {done:,}"
        if self.isVisible() and (self.wizard.findings.lengths is None or self.wizard.findings.data is None):
            self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files anywhere on the step."""
        if dropped_file(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file dropped."""
        path = dropped_file(event)
        if path:
            event.acceptProposedAction()
            self.take(path)
