"""What can be started and what was started, as cards; it starts nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.recipe import RecipeSpec
from desktop.flow.recipe_words import learns_line, stages_line, tone_of
from desktop.flow.recipes import RecipeView
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.empty import EmptyState, Glyph
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme
from desktop.views.wizard.choices import Choices

_CHIP = 116


class Gallery(QWidget):
    """The recipes that came with the program, and those that were started.

    Signals:
        preset_chosen: name of a recipe to fill in.
        recipe_chosen: name of a started recipe to look at.
    """

    preset_chosen = Signal(str)
    recipe_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it without cards."""
        super().__init__(parent)
        self.presets = Choices("Recipes", columns=2, gap=16)
        self.started = Choices("Started recipes", gap=8)
        self._started_head = Text("Started", "section", wrap=False)
        self._head = Text("Start a recipe", "section", wrap=False)
        self._empty = EmptyState(
            "list",
            "No recipe came with this installation",
            "Recipes lie in the folder presets/recipes; install Fettle again to bring them back.",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._started_head)
        column.addWidget(self.started)
        column.addSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self.presets)
        column.addWidget(self._empty)
        column.addStretch(1)
        self.presets.chosen.connect(self.preset_chosen)
        self.started.chosen.connect(self.recipe_chosen)
        self.show_started([])
        self.show_presets([])

    def show_presets(self, specs: Sequence[RecipeSpec]) -> None:
        """Show what can be started."""
        self.presets.set_cards([(spec.name, _preset(spec)) for spec in specs])
        self.presets.select("")
        self.presets.setVisible(bool(specs))
        self._empty.setVisible(not specs)

    def show_started(self, views: Sequence[RecipeView]) -> None:
        """Show what was started."""
        self.started.set_cards([(view.name, _started(view)) for view in views])
        self.started.select("")
        for widget in (self._started_head, self.started):
            widget.setVisible(bool(views))


def _preset(spec: RecipeSpec) -> Card:
    card = Card(padding=18, clickable=True)
    head = QHBoxLayout()
    head.setSpacing(10)
    head.addWidget(Glyph("list", 18, "accent"))
    head.addWidget(Text(spec.title, "section"), 1)
    card.body.addLayout(head)
    card.body.addWidget(Text(spec.summary, "body", "text2"))
    card.body.addStretch(1)
    card.body.addWidget(Text(learns_line(spec), "label"))
    card.body.addWidget(Text(stages_line(spec), "help", "text2"))
    card.setAccessibleName(f"{spec.title}. {spec.summary} {stages_line(spec)}. Press Space to fill it in.")
    return card


def _started(view: RecipeView) -> Card:
    card = Card(padding=14, clickable=True)
    row = QHBoxLayout()
    row.setSpacing(16)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(Text(view.title, "strong", elide=True))
    words.addWidget(Text(f"{view.name}. {view.sentence}", "help", "text2", elide=True))
    row.addLayout(words, 1)
    bar = Bar(view.share)
    bar.setFixedWidth(160)
    row.addWidget(bar, 0, Qt.AlignmentFlag.AlignVCenter)
    holder = QHBoxLayout()
    chip = Chip(view.word, tone_of(view))
    holder.addWidget(chip)
    holder.addSpacing(max(0, Theme.instance_of(card).px(_CHIP) - chip.sizeHint().width()))  # bars end in one line
    row.addLayout(holder)
    row.addWidget(Glyph("chevron-right", 14, "text2"), 0, Qt.AlignmentFlag.AlignVCenter)
    card.body.addLayout(row)
    card.setAccessibleName(f"{view.title}, {view.word}. {view.sentence} Press Space to open it.")
    return card
