"""Several data sets of one job: weight, use and name of each, and how they are mixed; it knows no file."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLineEdit, QRadioButton, QSizePolicy, QWidget

from desktop.engine.job import Mixing
from desktop.flow.wizard_sets import MIXES, STOPS, SetLine, share_said
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.fields import Combo, DoubleBox
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme

_USES = {"train": "Learn from", "validation": "Only validate", "old": "Old task"}
_USES_SAID = (
    "Learn from: its rows are learned, a share is held out.\nOnly validate: all of it is held out.\n"
    "Old task: what the model can do already, measured for forgetting; learned from only by continual fine-tuning."
)


class SetsCard(Card):
    """One line for each data set, and below how they are mixed.

    Signals:
        looked: the data set at that place is to be shown.
        removed: the data set at that place is to be taken out.
        changed: a data set is to be used differently (place, values).
        mixing_changed: they are to be mixed differently.
    """

    looked = Signal(int)
    removed = Signal(int)
    changed = Signal(int, dict)
    mixing_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=16, parent=parent)
        self.lines: list[_Line] = []
        self._group = QButtonGroup(self)
        self._mixing = Mixing()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 2)
        self.strategy = _combo("How the data sets are mixed", MIXES)
        self.stop = _combo("When an epoch ends", STOPS)
        self.temperature = DoubleBox(1.0, 100.0)
        self.temperature.setProperty("compact", True)
        self.temperature.setAccessibleName("Temperature of the mixing")
        self.temperature.setFixedWidth(self._theme.px(64))
        self.temperature.setKeyboardTracking(False)
        self._warmth = Text("temperature", "help", "text2", wrap=False)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for widget in (
            Text("Mix by", "help", "text2", wrap=False),
            self.strategy,
            self._warmth,
            self.temperature,
            Text("an epoch ends", "help", "text2", wrap=False),
            self.stop,
        ):
            foot.addWidget(widget)
        foot.addStretch(1)
        self.body.addWidget(Text("Data sets", "section", wrap=False))
        self.body.addLayout(self._grid)
        self.body.addLayout(foot)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.strategy.activated.connect(self._on_mixing)
        self.stop.activated.connect(self._on_mixing)
        self.temperature.valueChanged.connect(self._on_mixing)

    def show_sets(self, lines: list[SetLine], mixing: Mixing) -> None:
        """Show ``lines`` and how they are mixed."""
        self._mixing = mixing
        if len(lines) != len(self.lines):
            self._build(len(lines))
        for shown, line in zip(self.lines, lines, strict=True):
            shown.show_line(line, weighed=mixing.strategy == "explicit")
        for combo, value in ((self.strategy, mixing.strategy), (self.stop, mixing.stop)):
            combo.setCurrentIndex(max(0, combo.findData(value)))
        blocker = QSignalBlocker(self.temperature)
        self.temperature.setValue(mixing.temperature)
        blocker.unblock()
        for widget in (self._warmth, self.temperature):
            widget.setVisible(mixing.strategy == "temperature")

    def _build(self, number: int) -> None:
        for line in self.lines:
            self._group.removeButton(line.look)
            for widget in line.widgets:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self.lines = [_Line(place, self) for place in range(number)]
        for place, line in enumerate(self.lines):
            self._group.addButton(line.look)
            for column, widget in enumerate(line.widgets):
                self._grid.addWidget(widget, place, column)
                widget.show()

    def _on_mixing(self) -> None:
        values = {
            "strategy": self.strategy.currentData(),
            "stop": self.stop.currentData(),
            "temperature": self.temperature.value(),
        }
        mixing = self._mixing.model_copy(update=values)
        if mixing != self._mixing:
            self.mixing_changed.emit(mixing)


class _Line:
    """The controls of one data set, in the order they stand in."""

    def __init__(self, place: int, card: SetsCard) -> None:
        self._card = card
        self._place = place
        theme = Theme.instance_of(card)
        self.look = QRadioButton("")
        # A long name or a long reason gives way to the controls; both are told whole in the tooltip.
        self.look.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.look.setMinimumWidth(theme.px(120))
        self._rows = Text("", "body", "text2", elide=True, tabular=True)
        self._share = Text("", "body", "text2", elide=True, tabular=True)
        self.use = _combo("Use", _USES)
        self.use.setToolTip(_USES_SAID)
        self.weight = DoubleBox(0.001, 1e6)
        self.weight.setProperty("compact", True)
        self.weight.setFixedWidth(theme.px(64))
        self.weight.setKeyboardTracking(False)
        self.task = QLineEdit()
        self.task.setProperty("compact", True)
        self.task.setPlaceholderText("task name")
        self.task.setFixedWidth(theme.px(104))
        self.remove = Button("", "ghost", "cross", "small")
        self.widgets: tuple[QWidget, ...] = (
            self.look, self._rows, self._share, self.use, self.weight, self.task, self.remove
        )  # fmt: skip
        self.look.clicked.connect(lambda: card.looked.emit(place))
        self.remove.clicked.connect(lambda: card.removed.emit(place))
        self.use.activated.connect(lambda _i: card.changed.emit(place, {"use": self.use.currentData()}))
        self.weight.valueChanged.connect(lambda value: card.changed.emit(place, {"weight": value}))
        self.task.editingFinished.connect(self._on_task)
        self._told = ""

    def show_line(self, line: SetLine, *, weighed: bool) -> None:
        self.look.setText(line.name)
        self.look.setToolTip(line.name)
        self.look.setChecked(line.looked)
        self.look.setAccessibleName(f"Show {line.name}")
        self._rows.setText(line.state or f"{line.rows:,} rows")
        self._rows.set_tone("warn" if line.state else "text2")
        self._share.setText(share_said(line))
        self.use.setCurrentIndex(max(0, self.use.findData(line.use)))
        self.weight.setVisible(weighed)
        blocker = QSignalBlocker(self.weight)
        self.weight.setValue(line.weight)
        blocker.unblock()
        if not self.task.hasFocus():
            self.task.setText(line.task)
        self._told = line.task
        self.use.setAccessibleName(f"Use of {line.name}")
        self.weight.setAccessibleName(f"Weight of {line.name}")
        self.task.setAccessibleName(f"Task name of {line.name}")
        self.remove.set_name(f"Take {line.name} out")

    def _on_task(self) -> None:
        name = self.task.text().strip()
        if name != self._told:
            self._card.changed.emit(self._place, {"task": name})


def _combo(name: str, choices: dict[str, str]) -> Combo:
    combo = Combo()
    combo.setProperty("compact", True)
    combo.setAccessibleName(name)
    for id, words in choices.items():
        combo.addItem(words, id)
    return combo
