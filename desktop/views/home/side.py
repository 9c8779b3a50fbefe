"""The side of Home: the machine, what can be continued, where to learn; each card shows what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.flow.home import Continued, disk_words, memory_words, short_cpu, training_device
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme

if TYPE_CHECKING:
    from desktop.engine.hardware import Hardware


class LinkRow(QAbstractButton):
    """Icon, two lines, a way onward; the whole row can be pressed."""

    def __init__(
        self, title: str, note: str, icon: str = "", share: float | None = None, parent: QWidget | None = None
    ) -> None:
        """Show ``title`` over ``note``; ``share`` adds a bar instead of the arrow."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(title, "strong", elide=True))
        words.addWidget(Text(note, "help", "text2", elide=True))
        if share is not None:
            words.addSpacing(6)
            words.addWidget(Bar(share))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 9, 0, 9)
        self._row.setSpacing(12)
        if icon:
            self._row.addWidget(Glyph(icon, 18, "accent"), 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addLayout(words, 1)
        if share is None:
            self._row.addWidget(Glyph("chevron-right", 14, "text2"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.setText(title)
        self.setAccessibleName(f"{title}, {note}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return what the words need."""
        return self._row.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a ground under the pointer only; the words are children."""
        if self.underMouse():
            box(begin(self), self.rect().adjusted(-8, 0, 8, 0), 6, self._theme.color("sunken"))


class MachineCard(Card):
    """What trains here and how much of it is free."""

    def __init__(self, offline: bool, parent: QWidget | None = None) -> None:
        """Build the card; values come with :meth:`show_machine`."""
        super().__init__(padding=20, parent=parent)
        self.body.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(Text("This machine", "section"), 1)
        if offline:
            head.addWidget(Chip("Offline", "ok", "offline"))
        self._device = Text("Looking...", "strong", elide=True)
        self._note = Text("", "help", "text2", elide=True)
        self._free = Text("", "strong", wrap=False, tabular=True)
        self._total = Text("", "help", "text2", wrap=False, tabular=True)
        self._bar = Bar(0.0, "field", height=8)
        self._said = Text("", "help", "text2", elide=True)
        free = QHBoxLayout()
        free.addWidget(self._free)
        free.addStretch(1)
        free.addWidget(self._total)
        self.body.addLayout(head)
        self.body.addSpacing(4)
        self.body.addLayout(_with_icon("chip", self._device, self._note))
        self.body.addSpacing(4)
        self.body.addLayout(free)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._said)
        self._second = QWidget()
        second = QVBoxLayout(self._second)
        second.setContentsMargins(0, 6, 0, 0)
        second.setSpacing(12)
        self._cpu = Text("", "strong", elide=True)
        second.addWidget(Divider())
        second.addLayout(
            _with_icon("chip", self._cpu, Text("Used by small models, so it always works", "help", "text2", elide=True))
        )
        self.body.addWidget(self._second)
        self._second.hide()
        self.body.addSpacing(4)
        self._line = Divider()
        self.body.addWidget(self._line)
        self.body.addSpacing(4)
        self._values: dict[str, Text] = {}
        self._rows: dict[str, QWidget] = {}
        for name in ("Memory", "Disk for runs", "Models kept here"):
            self.body.addWidget(self._value_row(name))

    def show_machine(self, machine: Hardware) -> None:
        """Show what the machine has."""
        device = training_device(machine)
        self._device.setText(device.title)
        self._note.setText(device.note)
        self._free.setText(f"{device.free} free")
        self._total.setText(f"of {device.total}")
        self._bar.set(device.used)
        self._said.setText(device.said)
        self._second.setVisible(bool(machine.gpus))
        self._line.setVisible(not machine.gpus)
        self._rows["Memory"].setVisible(bool(machine.gpus))  # without a card the gauge above says it
        self._cpu.setText(f"{short_cpu(machine.cpu)}, {machine.cores} cores")
        self._values["Memory"].setText(memory_words(machine))
        self._values["Disk for runs"].setText(disk_words(machine))

    def show_models(self, words: str) -> None:
        """Show how many models there are."""
        self._values["Models kept here"].setText(words)

    def _value_row(self, name: str) -> QWidget:
        self._values[name] = Text("\N{EN DASH}", "head", wrap=False, tabular=True)
        self._rows[name] = QWidget()
        row = QHBoxLayout(self._rows[name])
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Text(name, "help", "text2", wrap=False))
        row.addStretch(1)
        row.addWidget(self._values[name])
        return self._rows[name]


class LinksCard(Card):
    """A title and rows to press.

    Signals:
        chosen: the row with this index was pressed.
    """

    chosen = Signal(int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """Build the card without rows."""
        super().__init__(padding=20, parent=parent)
        self.body.setSpacing(0)
        self.body.addWidget(Text(title, "section"))
        self.body.addSpacing(4)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.body.addLayout(self._rows)

    def show_rows(self, rows: Sequence[LinkRow]) -> None:
        """Show ``rows`` with hairlines between them."""
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for index, row in enumerate(rows):
            if index:
                self._rows.addWidget(Divider())
            row.clicked.connect(lambda _=False, index=index: self.chosen.emit(index))
            self._rows.addWidget(row)


def continue_rows(items: Sequence[Continued]) -> list[LinkRow]:
    """Return a row for each thing that can be continued."""
    return [LinkRow(item.title, item.note, item.icon, item.share) for item in items]


def _with_icon(icon: str, title: Text, note: Text) -> QHBoxLayout:
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(title)
    words.addWidget(note)
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(Glyph(icon, 18, "text2"), 0, Qt.AlignmentFlag.AlignVCenter)
    row.addLayout(words, 1)
    return row
