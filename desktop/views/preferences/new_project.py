"""The form for a new project; what is allowed and what it asks for is decided in ``flow.annotate_start``."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.engine.errors import UserError
from desktop.flow.annotate_start import MOST_PAIRS, Against, Answerer, NewProject, title_for
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.form import Combo, SpinBox
from desktop.views.components.label import Text
from desktop.views.components.segments import Segments


class NewProjectCard(Card):
    """Whose answers, to which questions, how many.

    Signals:
        asked: make this :class:`NewProject`.
        cancelled: leave it.
    """

    asked = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the form."""
        super().__init__(padding=24, parent=parent)
        self._answerers: list[Answerer] = []
        self._taken: list[str] = []
        self._named = False
        self.title_edit = QLineEdit()
        self.model = Combo()
        self.against = Segments((("itself", "The model twice", ""), ("base", "Against its base", "")), "Answers")
        self.questions = Segments(
            (("run", "Held-out questions of the run", ""), ("paste", "My own questions", "")), "Questions"
        )
        self.pasted = QPlainTextEdit()
        self.pasted.setPlaceholderText("One question a line")
        self.pasted.setAccessibleName("Questions, one a line")
        self.pasted.setFixedHeight(112)
        self.pasted.setTabChangesFocus(True)
        self.pairs = SpinBox(1, MOST_PAIRS)
        self.pairs.setValue(40)
        self.guide = QLineEdit()
        self.guide.setPlaceholderText("What makes an answer good? Shown with the keys.")
        self.trouble = Banner("bad", "", "")
        self.trouble.hide()
        self.make = Button("Make pairs", "primary", "play")
        self._why = Text("", "help", "text2", elide=True)
        self._lay_out()
        self._join()

    def offer(self, answerers: list[Answerer], taken: list[str], run: str = "") -> None:
        """Offer models; ``run`` is chosen if it is among them, ``taken`` are names that are used."""
        if not run and (answerers, taken) == (self._answerers, self._taken):
            return  # the list of runs is looked at every second, and a form half filled in must not jump
        chosen = run or self._ref
        self._answerers, self._taken = answerers, taken
        self.model.blockSignals(True)
        self.model.clear()
        for answerer in answerers:
            self.model.addItem(answerer.title, answerer.ref)
        place = next((i for i, known in enumerate(answerers) if chosen in (known.run, known.ref) and chosen), 0)
        self.model.setCurrentIndex(place)
        self.model.blockSignals(False)
        self._on_model()

    @property
    def project(self) -> NewProject:
        """Return what the form says."""
        against: Against = "base" if self.against.current == "base" else "itself"
        return NewProject(
            title=self.title_edit.text(),
            answerer=self._answerer,
            against=against,
            pasted=self.pasted.toPlainText() if self.questions.current == "paste" else "",
            pairs=self.pairs.value(),
            guide=self.guide.text().strip(),
        )

    def tell(self, error: UserError | None) -> None:
        """Show what went wrong, or that nothing did."""
        self.trouble.setVisible(error is not None)
        if error is not None:
            self.trouble.set("bad", error.message, error.hint)
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """Hold the button while the first step is under way."""
        self.make.setText("Preparing..." if busy else "Make pairs")
        self.make.setEnabled(not busy)
        if not busy:
            self._check()

    @property
    def _answerer(self) -> Answerer | None:
        index = self.model.currentIndex()
        return self._answerers[index] if 0 <= index < len(self._answerers) else None

    @property
    def _ref(self) -> str:
        return str(self.model.currentData() or "")

    def _on_model(self) -> None:
        answerer = self._answerer
        has_run = answerer is not None and bool(answerer.run)
        for segments in (self.against, self.questions):
            segments.setEnabled(has_run)
        if not has_run:
            self.against.choose("itself")
            self.questions.choose("paste")
        elif not self.pasted.toPlainText().strip():
            self.questions.choose("run")
        if answerer is not None and not self._named:
            self.title_edit.setText(title_for(answerer, self._taken))
        self._check()

    def _check(self) -> None:
        self.pasted.setVisible(self.questions.current == "paste")
        problems = self.project.problems()
        if self.questions.current == "paste" and not self.project.questions and not problems:
            self._why.setText("Type at least one question.")
            self.make.setEnabled(False)
            return
        self.make.setEnabled(not problems)
        fresh = "Each question is answered twice on this machine; judging can start with the first pair."
        self._why.setText(f"{problems[0].message} {problems[0].fix}" if problems else fresh)

    def _on_title(self) -> None:
        self._named = bool(self.title_edit.text().strip())
        self._check()

    def _join(self) -> None:
        self.model.currentIndexChanged.connect(self._on_model)
        self.title_edit.textEdited.connect(self._on_title)
        self.questions.chosen.connect(lambda _id: self._check())
        self.pasted.textChanged.connect(self._check)
        self.pairs.valueChanged.connect(self._check)
        self.make.clicked.connect(lambda: self.asked.emit(self.project))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(16)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addLayout(_field("Answers from", self.model, "A finished run answers as it was trained."), 0, 0)
        grid.addLayout(_field("Compare", self.against, "Two drafts of one model, or tuned beside untuned."), 0, 1)
        grid.addLayout(_field("Questions", self.questions, "Held-out questions were never trained on."), 1, 0)
        grid.addLayout(_field("Pairs", self.pairs, "With fewer questions than pairs, each is asked again."), 1, 1)
        grid.addWidget(self.pasted, 2, 0, 1, 2)
        grid.addLayout(_field("Name", self.title_edit, ""), 3, 0)
        grid.addLayout(_field("Guide, if you like", self.guide, ""), 3, 1)
        cancel = Button("Cancel", "ghost")
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._why, 1)
        row.addWidget(cancel)
        row.addWidget(self.make)
        self.body.setSpacing(18)
        self.body.addWidget(Text("New project", "section"))
        self.body.addWidget(self.trouble)
        self.body.addLayout(grid)
        self.body.addLayout(row)


def _field(label: str, control: QWidget, help: str) -> QVBoxLayout:
    words = Text(label, "label", wrap=False)
    words.setBuddy(control)
    control.setAccessibleName(label)
    column = QVBoxLayout()
    column.setSpacing(5)
    column.addWidget(words)
    if isinstance(control, Segments):
        control.setContentsMargins(0, 4, 0, 4)  # as tall as the inputs beside it
        column.addWidget(control, 0, Qt.AlignmentFlag.AlignLeft)
    else:
        column.addWidget(control)
    if help:
        column.addWidget(Text(help, "help", "text2"))
    column.addStretch(1)
    return column
