"""The Model step: every model at hand as a card, or a folder of one's own; it reads no model itself."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.engine.memory.sizes import count
from desktop.flow.wizard_findings import ModelFound
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.empty import EmptyState, Glyph
from desktop.views.components.label import Text
from desktop.views.components.segments import Segments
from desktop.views.wizard.choices import Choices
from desktop.views.wizard.step import StepView

_SOURCES = {
    "bundled": ("Came with Fettle", "accent", "cup"),
    "folder": ("Your models", "neutral", "folder"),
    "local": ("Your models", "neutral", "folder"),
    "run": ("From a run", "ok", "runs"),
    "cache": ("Downloaded before", "neutral", "download"),
}
_KINDS = {"causal": "text generator", "masked": "encoder", "seq2seq": "encoder-decoder"}


class ModelStep(StepView):
    """Which model is tuned.

    Signals:
        recipes_wanted: several jobs in a row are wanted instead of one.
    """

    recipes_wanted = Signal()

    id = "model"
    title = "Model"
    subtitle = "What you start from. It is only read; the result is saved beside it."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.folder_button = Button("Choose a folder…", icon="folder")
        self.head.addWidget(self.folder_button, 0, Qt.AlignmentFlag.AlignTop)
        self.trouble = Banner("bad", "", "")
        self.choices = Choices("Models", columns=2)
        self._waiting = Text("Looking for models…", "body", "text2")
        self._empty = EmptyState(
            "models",
            "No model found",
            "Choose the folder of a model saved by transformers: it holds config.json, model.safetensors "
            "and tokenizer.json.",
            "Choose a folder…",
        )
        self.kind = Segments(
            (("one", "One job", "tune"), ("recipe", "A recipe: several jobs in a row", "list")), "What is started"
        )
        self.content.addWidget(self.kind)
        self.content.addWidget(self.trouble)
        self.content.addWidget(self._waiting)
        self.content.addWidget(self.choices)
        self.content.addWidget(self._empty, 1)
        self.content.addStretch(1)
        self._shown: list[ModelFound] | None = None
        self.folder_button.clicked.connect(self.choose_folder)
        self._empty.acted.connect(self.choose_folder)
        self.choices.chosen.connect(self.choose)
        session.models_changed.connect(self.refresh)
        self.kind.chosen.connect(self._choose_kind)

    def choose(self, ref: str) -> None:
        """Take the model ``ref``."""
        self.session.answer(dataclasses.replace(self.wizard.answers, model=ref))

    def choose_folder(self) -> None:
        """Ask for a folder; whether it is a model is said in a sentence."""
        folder = QFileDialog.getExistingDirectory(self, "Choose the folder of a model")
        if folder:
            self.choose(folder)

    def _choose_kind(self, kind: str) -> None:
        if kind == "recipe":
            self.kind.choose("one")  # whoever comes back finds the wizard as it was
            self.recipes_wanted.emit()

    def refresh(self) -> None:
        """Show the models at hand and which one is chosen."""
        chosen, error = self.wizard.findings.model, self.wizard.findings.model_error
        models = list(self.session.models or [])
        if chosen is not None and all(model.ref != chosen.ref for model in models):
            models.insert(0, chosen)
        if models != self._shown:
            self._shown = models
            self.choices.set_cards([(model.ref, _card(model)) for model in models])
        self.choices.select(self.wizard.answers.model)
        self.trouble.setVisible(error is not None)
        if error is not None:
            self.trouble.set("bad", error.message, error.hint)
        self._waiting.setVisible(self.session.models is None and not models)
        self._empty.setVisible(self.session.models is not None and not models)

    def first_focus(self) -> QWidget | None:
        """Start at the chosen card, else the first."""
        cards = self.choices.cards
        return cards.get(self.wizard.answers.model) or next(iter(cards.values()), self.folder_button)


def _card(model: ModelFound) -> Card:
    facts = model.facts
    card = Card(padding=16, clickable=True)
    label, tone, icon = _SOURCES.get(model.source, ("Your models", "neutral", "folder"))
    head = QHBoxLayout()
    head.setSpacing(10)
    head.addWidget(Glyph("models", 18, "accent"))
    head.addWidget(Text(model.title, "section", elide=True), 1)
    head.addWidget(Chip(label, tone, icon, on_selection=True))
    card.body.addLayout(head)
    card.body.addWidget(Text(model.summary, "body", "text2"))
    card.body.addStretch(1)
    numbers = QHBoxLayout()
    numbers.setSpacing(20)
    said = [
        (f"{count(facts.parameters)}", "weights"),
        (f"{facts.layers}", "blocks"),
        (f"{facts.context:,}", "tokens at once"),
        (f"{facts.vocabulary:,}", "words known"),
    ]
    for value, caption in said:
        pair = QVBoxLayout()
        pair.setSpacing(0)
        pair.addWidget(Text(value, "strong", wrap=False, tabular=True))
        pair.addWidget(Text(caption, "help", "text2", wrap=False))
        numbers.addLayout(pair)
    numbers.addStretch(1)
    card.body.addSpacing(4)
    card.body.addLayout(numbers)
    kind = _KINDS.get(facts.kind, facts.kind)
    card.body.addWidget(Text(f"{facts.architecture}, {kind}", "help", "text3", elide=True))
    card.setMinimumHeight(150)
    card.setAccessibleName(
        f"{model.title}, {label}, {count(facts.parameters)} weights, {kind}. {model.summary} "
        f"{'Press Space to choose it.'}"
    )
    return card
