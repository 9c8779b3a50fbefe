"""One method in full: what it does, a picture, what it costs here, its options, why it stands where it stands."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.defaults import default_learning_rate
from desktop.engine.memory.sizes import count, share, size
from desktop.engine.methods import METHODS
from desktop.engine.options import OptionField, fields_of
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_drawing import drawing_of
from desktop.flow.wizard_methods import Offer, Reason
from desktop.flow.wizard_settings import other_fields, other_values
from desktop.views.components.banner import Banner
from desktop.views.components.bar import Bar
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.figure import Figure
from desktop.views.components.form import OptionForm
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.wizard.method_picture import MethodPicture

# Asked in the Memory step, where what they cost is in sight.
IN_MEMORY = ("batch_size", "accumulation", "max_length", "checkpointing")
SIMPLE = ("epochs", "learning_rate")


class Cost(QWidget):
    """A figure with a bar under it."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self.figure = Figure(caption, below=True)
        self.bar = Bar(0.0, height=5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.figure)
        column.addWidget(self.bar)


class MethodDetail(Card):
    """The chosen method.

    Signals:
        options_changed: other options of the method (only those that differ from their defaults).
        training_changed: other training options (only those that differ from what is inferred).
        others_changed: other settings of objective, storage and device (all of them).
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
        self._column.addWidget(Divider())
        self._trainable, self._peak, self._file = Cost("Trainable"), Cost("Peak memory"), Cost("Adapter file")
        costs = QHBoxLayout()
        costs.setSpacing(24)
        for cost in (self._trainable, self._peak, self._file):
            costs.addWidget(cost, 1)
        self._column.addLayout(costs)
        self._options_divider = Divider()
        self._column.addWidget(self._options_divider)
        self._options_holder = QVBoxLayout()
        self._column.addLayout(self._options_holder)
        self._column.addWidget(Divider())
        self._column.addWidget(Text("Training", "section", wrap=False))
        self._training_holder = QVBoxLayout()
        self._column.addLayout(self._training_holder)
        self._others_holder = QVBoxLayout()
        self._column.addLayout(self._others_holder)
        self._column.addWidget(Divider())
        self._why = Text("", "section", wrap=False)
        self._column.addWidget(self._why)
        self._reasons = QVBoxLayout()
        self._reasons.setSpacing(7)
        self._column.addLayout(self._reasons)
        self._column.addStretch(1)
        self.body.addWidget(ScrollArea(inner))
        self.options: OptionForm | None = None
        self.training: OptionForm | None = None
        self.others: OptionForm | None = None
        self._others_key: object = None
        self._options_key: object = None
        self._training_key: object = None
        self._reasons_shown: tuple[Reason, ...] | None = None

    def show_method(self, wizard: Wizard) -> None:
        """Show the wizard's method."""
        offer, model = wizard.offer, wizard.findings.model
        if offer is None or model is None:
            return
        method = METHODS.get(offer.id)
        self._title.setText(offer.title)
        self._family.set(offer.family)
        self._summary.setText(method.summary)
        self._explanation.setText(f"{method.explanation}\n\nSource: {method.paper}")
        self._refusal.setVisible(bool(offer.refusal))
        self._refusal.set("warn", offer.refusal, offer.cure)
        if not wizard.blocked("method") or offer.refusal:
            drawing = drawing_of(wizard.job, model.facts) if not offer.refusal else None
            self.picture.setVisible(drawing is not None)
            if drawing is not None:
                self.picture.set(drawing, drawing.said)
        self._show_costs(offer, wizard)
        self._show_options(wizard, fields_of(method.options))
        self._show_training(wizard)
        self._show_others(wizard)
        self._show_reasons(offer)

    def _build_head(self) -> None:
        self._title = Text("", "hero", wrap=False)
        self._family = Chip("", "neutral")
        self.how = Button("How it works", "link", "info")
        self._summary = Text("", "body", "text2")
        self._explanation = Text("", "body", "text2", selectable=False)
        self._explanation.hide()
        self._refusal = Banner("warn", "", "")
        self._refusal.hide()
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._family)
        head.addStretch(1)
        head.addWidget(self.how)
        self._column.addLayout(head)
        self._column.addWidget(self._summary)
        self._column.addWidget(self._explanation)
        self._column.addWidget(self._refusal)
        self.how.clicked.connect(lambda: self._explanation.setVisible(self._explanation.isHidden()))

    def _show_costs(self, offer: Offer, wizard: Wizard) -> None:
        part = offer.trainable / max(1, offer.total)
        self._trainable.figure.set(
            count(offer.trainable), f"{share(offer.trainable, offer.total)} of {count(offer.total)}"
        )
        self._trainable.bar.set(part)
        found = offer.estimate
        if found is not None:
            bad = found.verdict == "too_big"
            whole = max(found.total_mib, found.limit_mib) * 1.04
            self._peak.figure.set(size(found.total_mib), f"of {size(found.limit_mib)} free", "bad" if bad else "text")
            self._peak.bar.set(found.total_mib / whole, "bad" if bad else "accent", found.limit_mib / whole)
        model = wizard.findings.model
        stored = model.facts.parameters * model.facts.bytes_per_weight / 2**20 if model else 0.0
        note = f"the model: {size(stored)}" if offer.adapter else "a model of its own"
        self._file.figure.set(size(offer.file_mib), note)
        self._file.bar.set(min(1.0, offer.file_mib / stored) if stored else 0.0, "text3")

    def _show_options(self, wizard: Wizard, fields: list[OptionField]) -> None:
        given = wizard.method.options
        if wizard.method.id != self._options_key:
            self._options_key = wizard.method.id
            self.options = _replaced(self._options_holder, self.options, fields)
            self._options_divider.setVisible(bool(fields))
            if self.options is not None:
                form = self.options
                form.changed.connect(lambda _values: self.options_changed.emit(form.changed_values()))
        if self.options is not None:
            wanted = {**{field.name: field.default for field in fields}, **given}
            _show_values(self.options, wanted)

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
            self.training = _replaced(self._training_holder, self.training, fields)
            form = self.training
            if form is not None:
                form.changed.connect(lambda _values: self.training_changed.emit(form.changed_values()))
        if self.training is not None:
            wanted = {name: wizard.answers.training.get(name, inferred[name]) for name in names}
            _show_values(self.training, wanted)

    def _show_others(self, wizard: Wizard) -> None:
        fields = other_fields(wizard) if wizard.answers.advanced else []
        if fields != self._others_key:
            self._others_key = fields
            self.others = _replaced(self._others_holder, self.others, fields)
            if self.others is not None:
                self.others.changed.connect(self.others_changed)
        if self.others is not None:
            _show_values(self.others, other_values(wizard))

    def _show_reasons(self, offer: Offer) -> None:
        self._why.setText("Why the adviser puts it first" if offer.place == 1 else "What the adviser says")
        if offer.reasons == self._reasons_shown:
            return
        self._reasons_shown = offer.reasons
        while (item := self._reasons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for reason in offer.reasons:
            self._reasons.addWidget(_reason_row(reason))


def _asked(field: OptionField, advanced: bool) -> bool:
    return field.name not in IN_MEMORY and (advanced or field.name in SIMPLE)


def _help(field: OptionField, wizard: Wizard) -> str:
    if field.name == "learning_rate":
        model = wizard.findings.model
        method = METHODS.get(wizard.method.id)
        rate = default_learning_rate(wizard.job, model.facts if model else None)
        return f"How far the weights move a step; empty takes {rate:g}, usual for {method.title} here."
    return field.help


def _replaced(holder: QVBoxLayout, old: OptionForm | None, fields: list[OptionField]) -> OptionForm | None:
    if old is not None:
        holder.removeWidget(old)
        old.hide()
        old.deleteLater()
    if not fields:
        return None
    form = OptionForm(fields, columns=2)
    holder.addWidget(form)
    return form


def _show_values(form: OptionForm, wanted: dict[str, Any]) -> None:
    # A field being typed in keeps what it shows: setting it would move the cursor.
    shown = form.values()
    form.set_values({name: value for name, value in wanted.items() if shown.get(name, value) != value})


def _reason_row(reason: Reason) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(10)
    good = reason.tone == "for"
    line.addWidget(Glyph("check" if good else "info", 16, "ok" if good else "info"), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Text(reason.text, "body", "text2"), 1)
    return row
