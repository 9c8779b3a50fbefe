"""The Tokenizer step: keep the model's own or train one on this text, and what either does; it decides nothing."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.engine.methods import METHODS
from desktop.flow.wizard_findings import FertilityFound, TokenizerFound
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.fields import SpinBox
from desktop.views.components.figure import Figure
from desktop.views.components.label import Text
from desktop.views.wizard.choices import Choices
from desktop.views.wizard.step import StepView
from desktop.views.wizard.token_view import TokenView

FEWEST, MOST = 260, 262_144
_EXAMPLES = 6


class TokenizerStep(StepView):
    """How text becomes numbers."""

    id = "tokenizer"
    title = "Tokenizer"
    subtitle = "How text is taken apart before the model reads it. Keeping it is right nearly always."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.choices = Choices("Tokenizer", columns=2)
        self.choices.set_cards([("keep", _keep_card()), ("train", _train_card())])
        self._conflict = Banner("warn", "", "", None)
        self.vocabulary = SpinBox(FEWEST, MOST)
        self.vocabulary.setKeyboardTracking(False)
        self.vocabulary.setFixedWidth(120)
        self.vocabulary.setAccessibleName("Vocabulary of the new tokenizer")
        self._settings = self._settings_card()
        self.report = ReportCard()
        self.content.addWidget(self.choices)
        self.content.addWidget(self._conflict)
        self.content.addWidget(self._settings)
        self.content.addWidget(self.report)
        self.content.addStretch(1)
        self._progress = ""
        self.choices.chosen.connect(self._choose)
        self.vocabulary.valueChanged.connect(self._set_vocabulary)
        self.report.measure.clicked.connect(self.session.measure_tokenizer)
        self._conflict.acted.connect(self._take_full)
        session.progressed.connect(self._on_progress)

    def refresh(self) -> None:
        """Show what is chosen and what was measured."""
        answers = self.wizard.answers
        training = answers.tokenizer.action == "train"
        self.choices.select(answers.tokenizer.action)
        self._settings.setVisible(training)
        blocker = QSignalBlocker(self.vocabulary)
        self.vocabulary.setValue(answers.tokenizer.vocabulary)
        blocker.unblock()
        self._refresh_conflict(training)
        self.report.show_report(
            self.wizard.findings.tokenizer,
            training=training,
            ready=not self.wizard.blocked("data"),
            error=str(self.session.tokenizer_error or ""),
            progress=self._progress,
        )

    def entered(self) -> None:
        """Measure the model's own tokenizer; it takes a moment and nobody has to ask for it."""
        self._progress = ""
        if self.wizard.answers.tokenizer.action == "keep" and not self.wizard.blocked("data"):
            self.session.measure_tokenizer()

    def first_focus(self) -> QWidget | None:
        """Start at the card that is chosen."""
        return self.choices.cards[self.wizard.answers.tokenizer.action]

    def _settings_card(self) -> Card:
        card = Card(padding=16)
        row = QHBoxLayout()
        row.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(2)
        label = Text("Vocabulary", "label", wrap=False)
        label.setBuddy(self.vocabulary)
        words.addWidget(label)
        words.addWidget(
            Text(
                "Byte-level BPE. More tokens make rows shorter and the model larger; 2,000 to 8,000 suits a small "
                "model and one language.",
                "help",
                "text2",
            )
        )
        row.addLayout(words, 1)
        row.addWidget(self.vocabulary, 0, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(row)
        return card

    def _refresh_conflict(self, training: bool) -> None:
        method = METHODS.get(self.wizard.method.id)
        against = training and not method.trains_embeddings
        self._conflict.setVisible(against)
        if against:
            able = next((known for known in METHODS.all() if known.trains_embeddings), None)
            self._conflict.set(
                "warn",
                f"{method.title} cannot learn a new tokenizer",
                "Every word gets a new place in the embedding, so the embedding has to learn too.",
                f"Use {able.title.lower()}" if able else None,
            )

    def _choose(self, action: str) -> None:
        answers = self.wizard.answers
        changed = answers.tokenizer.model_copy(update={"action": action})
        self.session.answer(dataclasses.replace(answers, tokenizer=changed))

    def _set_vocabulary(self, vocabulary: int) -> None:
        answers = self.wizard.answers
        changed = answers.tokenizer.model_copy(update={"vocabulary": vocabulary})
        self.session.answer(dataclasses.replace(answers, tokenizer=changed))

    def _take_full(self) -> None:
        able = next((known for known in METHODS.all() if known.trains_embeddings), None)
        if able is not None:
            self.session.answer(self.wizard.answers.with_method(able.id))

    def _on_progress(self, what: str, done: int, total: int) -> None:
        if self.isVisible():
            self._progress = f"{what}, {done:,} of {total:,}" if total else f"{what}, {done:,}"
            self.refresh()


class ReportCard(Card):
    """How the tokenizer fits the text, before and after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=20, parent=parent)
        self.measure = Button("Measure", icon="scale")
        head = QHBoxLayout()
        head.addWidget(Text("How it fits your text", "section", wrap=False))
        head.addStretch(1)
        head.addWidget(self.measure)
        self._said = Text("", "body", "text2")
        self._numbers = QWidget()
        grid = QGridLayout(self._numbers)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(10)
        self._figures: dict[str, list[Figure]] = {}
        for line, (id, title) in enumerate((("before", "The model's own"), ("after", "Trained on your text"))):
            grid.addWidget(Chip(title, "neutral" if id == "before" else "accent", ""), line, 0)
            figures = [Figure(caption) for caption in ("Tokens a word", "Tokens in all", "Vocabulary", "Lone letters")]
            for place, figure in enumerate(figures, start=1):
                grid.addWidget(figure, line, place)
                grid.setColumnStretch(place, 1)
            self._figures[id] = figures
        found = [item.widget() for row in (0, 1) if (item := grid.itemAtPosition(row, 0)) is not None]
        self._chips = [chip for chip in found if chip is not None]
        self._examples = QWidget()
        self._example_rows = QGridLayout(self._examples)
        self._example_rows.setContentsMargins(0, 0, 0, 0)
        self._example_rows.setHorizontalSpacing(20)
        self._example_rows.setVerticalSpacing(8)
        self._example_rows.setColumnStretch(1, 1)
        self._example_rows.setColumnStretch(2, 1)
        self._divider = Divider()
        self.body.addLayout(head)
        self.body.addWidget(self._said)
        self.body.addSpacing(6)
        self.body.addWidget(self._numbers)
        self.body.addWidget(self._divider)
        self.body.addWidget(self._examples)
        self._shown: TokenizerFound | None = None

    def show_report(
        self, found: TokenizerFound | None, *, training: bool, ready: bool, error: str, progress: str
    ) -> None:
        """Show ``found``, or what has to happen first."""
        for widget in (self._numbers, self._divider, self._examples):
            widget.setVisible(found is not None)
        self.measure.setText("Train and measure" if training else "Measure")
        self.measure.setVisible(training and ready and (found is None or found.after is None))
        self.measure.setEnabled(not progress or bool(error))
        if found is None:
            waits = "Trains the tokenizer on your text now, to look at; the run trains it again." if training else (
                progress or "Being measured…"
            )  # fmt: skip
            self._said.setText(error or (waits if ready else "Shown once there is data."))
            self._said.set_tone("bad" if error else "text2")
            return
        self._said.setText(error or found.sentence)
        self._said.set_tone("bad" if error else "text")
        self._fill_figures("before", found.before)
        self._fill_figures("after", found.after)
        if found != self._shown:
            self._shown = found
            self._show_examples(found)

    def _fill_figures(self, id: str, found: FertilityFound | None) -> None:
        for figure in self._figures[id]:
            figure.setVisible(found is not None)
        self._chips[0 if id == "before" else 1].setVisible(found is not None)
        if found is None:
            return
        values = (f"{found.per_word:.2f}", f"{found.tokens:,}", f"{found.vocabulary:,}", f"{100 * found.single:.0f} %")
        for figure, value in zip(self._figures[id], values, strict=True):
            figure.set(value)

    def _show_examples(self, found: TokenizerFound) -> None:
        while (item := self._example_rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not found.examples:
            return
        self._example_rows.addWidget(Text("Words that fall apart most", "help", "text2", wrap=False), 0, 0)
        self._example_rows.addWidget(Text("now", "help", "text2", wrap=False), 0, 1)
        if found.after is not None:
            self._example_rows.addWidget(Text("with the new one", "help", "text2", wrap=False), 0, 2)
        for line, (word, before, after) in enumerate(found.examples[:_EXAMPLES], start=1):
            self._example_rows.addWidget(Text(word, "label", elide=True), line, 0)
            for place, pieces in ((1, before), (2, after)):
                if pieces:
                    view = TokenView()
                    view.set_pieces(tuple((piece.strip() or "␣", False) for piece in pieces))
                    view.setAccessibleName(f"{word}: {' | '.join(pieces)}")
                    self._example_rows.addWidget(view, line, place)


def _keep_card() -> Card:
    card = _choice_card("Keep it", "accent", "Usual", "star")
    card.body.addWidget(
        Text(
            "The model keeps every word it has learned. Unknown words are spelled out of smaller pieces, which works.",
            "body",
            "text2",
        )
    )
    card.body.addStretch(1)
    card.setAccessibleName("Keep the model's tokenizer. Right nearly always.")
    return card


def _train_card() -> Card:
    card = _choice_card("Train a new one", "warn", "For experts", "warn")
    card.body.addWidget(
        Text(
            "Fitted to your text: shorter rows for a language or notation the model hardly knows. Its embeddings start "
            "again, so it needs many rows and full fine-tuning.",
            "body",
            "text2",
        )
    )
    card.body.addStretch(1)
    card.setAccessibleName("Train a new tokenizer on your text. Needs many rows and full fine-tuning.")
    return card


def _choice_card(title: str, tone: str, chip: str, icon: str) -> Card:
    card = Card(padding=16, clickable=True)
    head = QHBoxLayout()
    head.setSpacing(10)
    head.addWidget(Text(title, "section", wrap=False))
    head.addStretch(1)
    head.addWidget(Chip(chip, tone, icon, on_selection=True))
    card.body.addLayout(head)
    return card
