"""The one form of a recipe, its stages beside it, and the start; ``flow.recipes`` says what is asked and wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.engine.errors import Problem
from desktop.engine.recipe import RecipeSpec
from desktop.flow.recipe_words import Offer, samples_offered
from desktop.flow.recipes import InputRow, PlannedStage, RecipeForm
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.recipes.field import DataField, InputField, ModelField
from desktop.views.recipes.stepper import Stepper


class FormView(QWidget):
    """What a recipe asks for.

    Signals:
        changed: a field has another value.
        start_wanted: the button was pressed.
    """

    changed = Signal()
    start_wanted = Signal()

    def __init__(self, spec: RecipeSpec, form: RecipeForm, parent: QWidget | None = None) -> None:
        """Ask what ``spec`` asks for, filled as ``form`` has it."""
        super().__init__(parent)
        self.spec = spec
        self.name = QLineEdit(spec.name)
        self.name.setAccessibleName("Name of the recipe")
        self.fields: dict[str, InputField] = {row.id: _field(row) for row in form.inputs}
        self.stages = [_PlannedCard(stage) for stage in form.stages]
        self.banner = Banner("bad", "")
        self.start = Button("Start the recipe", "primary", "play")
        self.reason = Text("", "help", "text2")
        self._lay_out()
        self.name.textEdited.connect(lambda _: self.changed.emit())
        for field in self.fields.values():
            field.changed.connect(lambda _id, _value: self.changed.emit())
        self.start.clicked.connect(self.start_wanted)
        self.show_form(form)

    @property
    def values(self) -> dict[str, str]:
        """What is chosen in each field."""
        return {id: field.value for id, field in self.fields.items()}

    def offer_models(self, offers: Sequence[Offer]) -> None:
        """Show which models there are to choose from."""
        for field in self.fields.values():
            if isinstance(field, ModelField):
                field.offer(offers)

    def show_form(self, form: RecipeForm) -> None:
        """Show what is wrong as it is filled now."""
        for row in form.inputs:
            self.fields[row.id].show_problems(row.problems)
        for card, stage in zip(self.stages, form.stages, strict=True):
            card.show_problems(stage.problems)
        self.banner.setVisible(bool(form.problems))
        if form.problems:
            self.banner.set("bad", form.problems[0].message, form.problems[0].fix)
        self.start.setEnabled(form.may_start)
        self.reason.setText(
            "It goes on when the window is closed, and each stage can be resumed."
            if form.may_start
            else "What is marked has to be settled first."
        )

    def wait(self) -> None:
        """Let nothing be started until the new values were looked at."""
        self.start.setEnabled(False)
        self.reason.setText("Looking at what was chosen…")

    def _lay_out(self) -> None:
        form = QVBoxLayout()
        form.setSpacing(12)
        form.addWidget(Text("What it takes", "section", wrap=False))
        name = Card(padding=16)
        name.body.setSpacing(6)
        label = Text("Name", "label", wrap=False)
        label.setBuddy(self.name)
        name.body.addWidget(label)
        name.body.addWidget(self.name)
        name.body.addWidget(Text("Its runs are called after it.", "help", "text2"))
        for field in self.fields.values():
            form.addWidget(field)
        form.addWidget(name)
        form.addStretch(1)
        plan = QVBoxLayout()
        plan.setSpacing(12)
        plan.addWidget(Text("What it does", "section", wrap=False))
        plan.addWidget(Stepper(self.stages))
        plan.addSpacing(4)
        plan.addWidget(self.banner)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.reason, 1)
        foot.addWidget(self.start, 0, Qt.AlignmentFlag.AlignTop)
        plan.addLayout(foot)
        plan.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addLayout(form, 1)
        row.addLayout(plan, 1)


class _PlannedCard(Card):
    """A stage that will be done."""

    def __init__(self, stage: PlannedStage, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self.problem = Text("", "help", "bad")
        self.body.setSpacing(4)
        self.body.addWidget(Text(stage.title, "strong", elide=True))
        self.body.addWidget(Text(stage.sentence, "body", "text2"))
        self.body.addWidget(self.problem)
        self.setAccessibleName(f"{stage.title}. {stage.sentence}")

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong, or nothing."""
        self.problem.setText("\n".join(f"{one.message} {one.fix}".strip() for one in problems))
        self.problem.set_tone("bad" if any(one.severity == "error" for one in problems) else "warn")
        self.problem.setVisible(bool(problems))


def _field(row: InputRow) -> InputField:
    return ModelField(row) if row.kind == "model" else DataField(row, samples_offered(row.kind))
