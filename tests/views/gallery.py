"""One of each component, with something in it: what the tests of components go over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QWidget

from desktop.engine.options import OptionField
from desktop.views.components.banner import Banner
from desktop.views.components.bar import Bar, BarPart, StackedBar
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip, Toggle
from desktop.views.components.dialog import Answer, MessageDialog
from desktop.views.components.divider import Divider
from desktop.views.components.empty import EmptyState, Glyph
from desktop.views.components.fields import Combo, DoubleBox, NumberEdit, Slider, SpinBox
from desktop.views.components.figure import Figure
from desktop.views.components.form import OptionForm
from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text
from desktop.views.components.nav import NavRow
from desktop.views.components.scroll import ScrollArea
from desktop.views.components.segments import Segments
from desktop.views.components.sparkline import Ring, Sparkline
from desktop.views.components.steps import Phases, Steps
from desktop.views.components.table import Cell, Column, Table

OPTIONS = [
    OptionField("rank", "Rank", "How much each weight may change.", "integer", 8, 1, 256, typical="8 to 32"),
    OptionField("rate", "Learning rate", "How far each step goes.", "number", 2e-4, 1e-8, 1.0, unit="per step"),
    OptionField("dropout", "Dropout", "Share left out at random.", "number", 0.0, 0, 1),
    OptionField("dtype", "Number format", "Of the weights.", "choice", "bf16", choices=("bf16", "fp32")),
    OptionField("packing", "Packing", "Fill rows up.", "flag", True),
    OptionField("where", "Where", "Layers that learn.", "list", ("q", "v")),
    OptionField("most", "Most steps", "Stops here.", "integer", None, optional=True, advanced=True),
    OptionField("note", "Note", "Free text.", "text", "", advanced=True),
]


def _table() -> Table:
    table = Table([Column("Run"), Column("Loss", 100), Column("Status", 120), Column("Validation", 90, True)])
    rows = [
        [Cell("one", "LoRA", strong=True), Cell(curve=(3.0, 2.0, 1.0)), Cell("Finished", chip="ok"), Cell("1.1")],
        [Cell("two", icon="star"), Cell(), Cell("Failed", chip="bad"), ""],
    ]
    table.set_rows(rows)
    return table


COMPONENTS: dict[str, Callable[[], QWidget]] = {
    "Text": lambda: Text("A paragraph that wraps over several lines when it must.\n\nAnd another."),
    "Text, elided": lambda: Text("/a/long/path/to/somewhere", "mono", elide="middle"),
    "Text, selectable": lambda: Text("copy me", selectable=True),
    **{f"Button, {kind}": lambda kind=kind: Button("Start", kind, "play") for kind in
       ("primary", "secondary", "ghost", "link", "danger")},
    "Card": lambda: Card(selected=True, clickable=True),
    "Chip": lambda: Chip("Finished", "ok"),
    "Toggle": lambda: Toggle("Correct", True, key="Q"),
    "Keycap": lambda: Keycap("Enter"),
    "Banner": lambda: Banner("warn", "Validation has risen", "The best checkpoint is kept.", "Stop here"),
    "EmptyState": lambda: EmptyState("runs", "No runs yet", "They are listed here.", "Start one"),
    "Glyph": lambda: Glyph("check"),
    "Bar": lambda: Bar(0.4, marker=0.9),
    "StackedBar": lambda: StackedBar([BarPart("Weights", 3.1, "#0072B2"), BarPart("Rest", 9.0, "bad")], 10.9),
    "Figure": lambda: Figure("Step", "187", "of 312"),
    "OptionForm": lambda: OptionForm(OPTIONS),
    "SpinBox": lambda: SpinBox(0, 10),
    "DoubleBox": lambda: DoubleBox(),
    "NumberEdit": lambda: NumberEdit(whole=True),
    "Combo": lambda: Combo(["one", "two", "three"]),
    "Slider": lambda: Slider(),
    "Table": _table,
    "Steps": lambda: Steps(["Model", "Data"]),
    "Phases": lambda: Phases(["Load", "Train"]),
    "Sparkline": lambda: Sparkline([3.0, 2.0, 1.5]),
    "Ring": lambda: Ring(0.6),
    "Divider": lambda: Divider(),
    "ScrollArea": lambda: ScrollArea(QLabel("inside")),
    "Segments": lambda: Segments([("a", "One", ""), ("b", "Two", "sun")], "Choice"),
    "NavRow": lambda: NavRow("Title", "note"),
    "MessageDialog": lambda: MessageDialog("Title", "Text", (Answer("ok", "OK", "primary"),), copies="report"),
}  # fmt: skip
