"""One method in full: what it does, a picture, what it costs here, its options, why it stands where it stands."""

from __future__ import annotations

import contextlib
import dataclasses

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.defaults import default_learning_rate
from desktop.engine.errors import RequestError
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method, ModelFacts
from desktop.engine.options import OptionField, fields_of
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import STEPS
from desktop.flow.wizard_drawing import drawing_of
from desktop.flow.wizard_methods import Reason
from desktop.flow.wizard_option_problems import option_problems
from desktop.flow.wizard_settings import other_fields, other_values
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.form import OptionForm
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.wizard.forms import replaced, show_values
from desktop.views.wizard.method_costs import Costs
from desktop.views.wizard.method_picture import MethodPicture
from desktop.views.wizard.method_words import Lines, MethodWords

# Asked in the Memory step, where what they cost is in sight.
IN_MEMORY = ("batch_size", "accumulation", "max_length", "checkpointing")
SIMPLE = ("epochs", "learning_rate")


class MethodDetail(Card):
    """The chosen method.

    Signals:
        options_changed: other options of the method (only those that differ from their defaults).
        training_changed: other training options (only those that differ from what is inferred).
        others_changed: other settings of storage and device (all of them).
    """

    options_changed = Signal(dict)
    training_changed = Signal(dict)
    others_changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=1, parent=parent)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(20, 18, 20, 18)
        self._column.setSpacing(12)
        self._build_head()
        self.picture = MethodPicture()
        self._column.addWidget(self.picture)
        self._said = Text("", "help", "text2")
        self._column.addWidget(self._said)
        self._column.addWidget(Divider())
        self.costs = Costs()
        self._column.addWidget(self.costs)
        self._options_divider = Divider()
        self._column.addWidget(self._options_divider)
        self._options_holder = QVBoxLayout()
        self._column.addLayout(self._options_holder)
        self._column.addWidget(Divider())
        training = QHBoxLayout()
        training.addWidget(Text("Training", "section", wrap=False))
        training.addStretch(1)
        training.addWidget(self.find_rate)
        self._column.addLayout(training)
        self._training_holder = QVBoxLayout()
        self._column.addLayout(self._training_holder)
        self._others_holder = QVBoxLayout()
        self._column.addLayout(self._others_holder)
        self._column.addWidget(Divider())
        self._why = Text("", "section", wrap=False)
        self._column.addWidget(self._why)
        self._reasons = Lines()
        self._column.addWidget(self._reasons)
        self._column.addWidget(Divider())
        self.words = MethodWords()
        self._column.addWidget(self.words)
        self._column.addStretch(1)
        self.body.addWidget(ScrollArea(inner))
        self.options: OptionForm | None = None
        self.training: OptionForm | None = None
        self.others: OptionForm | None = None
        self._others_key: object = None
        self._options_key: object = None
        self._training_key: object = None

    def show_method(self, wizard: Wizard) -> None:
        """Show the wizard's method."""
        offer, model = wizard.offer, wizard.findings.model
        if offer is None or model is None:
            return
        method = METHODS.get(offer.id)
        self._title.setText(offer.title)
        self._family.set(offer.family)
        self._summary.setText(method.summary)
        self._explanation.setText(method.explanation)
        self._refusal.setVisible(bool(offer.refusal))
        self._refusal.set("warn", offer.refusal, offer.cure)
        self._show_picture(method, wizard, model.facts)
        self.costs.show_costs(offer, wizard)
        self._show_options(wizard, fields_of(method.options))
        self._show_training(wizard)
        before = STEPS[: STEPS.index("memory")]
        self.find_rate.setEnabled(not any(wizard.blocked(step) for step in before))
        self._show_others(wizard)
        self._why.setText("Why the adviser puts it first" if offer.place == 1 else "What the adviser says")
        self._reasons.show_reasons([reason for reason in offer.reasons if not _said_below(reason)])
        self.words.show_method(method)

    def _build_head(self) -> None:
        self._title = Text("", "hero", elide=True)
        self._family = Chip("", "neutral")
        self.how = Button("How it works", "link", "info")
        self.find_rate = Button("Find a learning rate", "link", "search")
        self._summary = Text("", "body", "text2")
        self._explanation = Text("", "body", "text2", selectable=False)
        self._explanation.hide()
        self._refusal = Banner("warn", "", "")
        self._refusal.hide()
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title, 1)
        head.addWidget(self.how)
        self._column.addLayout(head)
        family = QHBoxLayout()
        family.addWidget(self._family)
        family.addStretch(1)
        self._column.addLayout(family)
        self._column.addWidget(self._summary)
        self._column.addWidget(self._explanation)
        self._column.addWidget(self._refusal)
        self.how.clicked.connect(lambda: self._explanation.setVisible(self._explanation.isHidden()))

    def _show_picture(self, method: Method, wizard: Wizard, facts: ModelFacts) -> None:
        said = method.summary
        with contextlib.suppress(RequestError):  # options that do not hold together are told beside their fields
            said = drawing_of(wizard.job, facts).said
        self.picture.set(method.picture, f"{method.title}: {said}")
        self._said.setText(said)
        self._said.setVisible(said != method.summary and not (wizard.offer and wizard.offer.refusal))

    def _show_options(self, wizard: Wizard, fields: list[OptionField]) -> None:
        given, model = wizard.method.options, wizard.findings.model
        if wizard.method.id != self._options_key:
            self._options_key = wizard.method.id
            self.options = replaced(self._options_holder, self.options, fields)
            self._options_divider.setVisible(bool(fields))
            if self.options is not None:
                form = self.options
                form.changed.connect(lambda _values: self.options_changed.emit(form.changed_values()))
        if self.options is not None:
            wanted = {**{field.name: field.default for field in fields}, **given}
            show_values(self.options, wanted)
            self.options.set_problems(option_problems(wizard.job, model.facts if model else None))

    def _show_training(self, wizard: Wizard) -> None:
        names = [field.name for field in fields_of(type(wizard.inferred)) if _asked(field, wizard.answers.advanced)]
        inferred = wizard.inferred.model_dump()
        key = (tuple(names), tuple(inferred[name] for name in names))
        if key != self._training_key:
            self._training_key = key
            fields = [
                dataclasses.replace(field, default=inferred[field.name], help=_help(field, wizard))
                for field in fields_of(type(wizard.inferred))
                if field.name in names
            ]
            self.training = replaced(self._training_holder, self.training, fields)
            form = self.training
            if form is not None:
                form.changed.connect(lambda _values: self.training_changed.emit(form.changed_values()))
        if self.training is not None:
            wanted = {name: wizard.answers.training.get(name, inferred[name]) for name in names}
            show_values(self.training, wanted)

    def _show_others(self, wizard: Wizard) -> None:
        fields = other_fields(wizard) if wizard.answers.advanced else []
        if fields != self._others_key:
            self._others_key = fields
            self.others = replaced(self._others_holder, self.others, fields)
            if self.others is not None:
                self.others.changed.connect(self.others_changed)
        if self.others is not None:
            show_values(self.others, other_values(wizard))


def _asked(field: OptionField, advanced: bool) -> bool:
    return field.name not in IN_MEMORY and (advanced or field.name in SIMPLE)


def _help(field: OptionField, wizard: Wizard) -> str:
    if field.name == "learning_rate":
        model = wizard.findings.model
        method = METHODS.get(wizard.method.id)
        rate = default_learning_rate(wizard.job, model.facts if model else None)
        return f"How far the weights move a step; empty takes {rate:g}, usual for {method.title} here."
    return field.help


def _said_below(reason: Reason) -> bool:
    """Tell whether a reason repeats what the method says of itself, which stands below in full."""
    return reason.text.startswith(("Take it when:", "Think twice when:"))
