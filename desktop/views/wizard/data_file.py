"""The file of the Data step: its name, what it was taken for and why, how its rows are parted; no decisions."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from desktop.engine.job import DataSource
from desktop.engine.memory.sizes import MIB, size
from desktop.flow.wizard_findings import DataFound
from desktop.flow.wizard_sets import name_of_set
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.empty import Glyph
from desktop.views.components.fields import Combo, SpinBox
from desktop.views.components.label import Text


class FileBar(Card):
    """The file: its name and size, what it was taken for and why.

    Signals:
        replaced: another file is wanted.
        shape_chosen: its rows are to be taken for this shape.
        more_wanted: more files of the same set are to be added.
        set_wanted: another data set is to be added.
        rows_wanted: all its rows are to be shown.
        map_wanted: values are to come from elsewhere than whole columns.
        share_changed: so many per cent of the rows are to be held out.
    """

    replaced = Signal()
    shape_chosen = Signal(str)
    more_wanted = Signal()
    set_wanted = Signal()
    rows_wanted = Signal()
    map_wanted = Signal()
    share_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=14, parent=parent)
        self._name = Text("", "section", elide="middle")
        self._size = Text("", "body", "text2", elide=True)
        self._chip = Chip("", "ok")
        self._why = Text("", "body", "text2", elide=True)
        self._also = Text("", "help", "text2", elide=True)
        self.format = Combo()
        self.format.setProperty("compact", True)
        self.format.setAccessibleName("What the rows are taken for")
        self.format.setMinimumContentsLength(16)
        self.format.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.rows_button = Button("All rows", icon="list", size="small")
        self.map_button = Button("Map…", icon="columns", size="small")
        self.map_button.setToolTip("Places inside columns, constants, joined columns, names of speakers and labels")
        self.add_button = Button("Add…", icon="plus", size="small")
        self.replace_button = Button("Replace file", size="small")
        self.menu = QMenu(self)
        self.more_action = self.menu.addAction("More files of this set…")
        self.set_action = self.menu.addAction("Another data set…")
        self._build_split()
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.rows_button.clicked.connect(self.rows_wanted)
        self.map_button.clicked.connect(self.map_wanted)
        self.add_button.clicked.connect(self._open_menu)
        self.replace_button.clicked.connect(self.replaced)
        self.more_action.triggered.connect(self.more_wanted)
        self.set_action.triggered.connect(self.set_wanted)
        self.format.activated.connect(lambda _index: self.shape_chosen.emit(str(self.format.currentData())))
        self.share.valueChanged.connect(self.share_changed)

    def show_reading(self, source: DataSource) -> None:
        """Say that the file is being read."""
        self._name.setText(name_of_set(source))
        self._size.setText("")
        self._chip.set("Reading…", "neutral", "clock")
        self._why.setText("")
        self._also.hide()
        self.format.hide()
        self.map_button.hide()
        self._split.hide()
        self.rows_button.hide()

    def show_failed(self, source: DataSource) -> None:
        """Say that the file cannot be read; why is said below."""
        self.show_reading(source)
        self._chip.set("Cannot be used", "bad")

    def show_data(self, source: DataSource, data: DataFound, shape: str, missing: str) -> None:
        """Show what the file is."""
        self._name.setText(name_of_set(source))
        parts = [f"{data.total:,} rows" if data.total else "", _bytes(data.bytes), data.format, data.encoding]
        if data.delimiter:
            parts.append(f"fields parted by {data.delimiter}")
        self._size.setText(", ".join(part for part in parts if part))
        if data.recognised and not missing:
            self._chip.set(data.recognised, "accent", "check")
            self._why.setText(data.why)
        else:
            self._chip.set("Needs your help", "warn")
            self._why.setText(missing or "Pick what its rows are")
        self._also.setText(f"Could also be: {', '.join(data.could_also_be)}" if data.could_also_be else "")
        self._also.setVisible(bool(data.could_also_be))
        blocker = QSignalBlocker(self.format)
        self.format.clear()
        for choice in data.choices:
            self.format.addItem(choice.title, choice.id)
        self.format.setCurrentIndex(max(0, self.format.findData(shape)))
        blocker.unblock()
        self.format.setVisible(bool(data.choices))
        self.map_button.setVisible(bool(data.choices))
        self.rows_button.setVisible(bool(data.total))

    def show_split(self, words: str, share: float) -> None:
        """Show how the rows are parted; without words there is nothing to part yet."""
        self._split.setVisible(bool(words))
        self._split_words.setText(words)
        blocker = QSignalBlocker(self.share)
        self.share.setValue(round(100 * share))
        blocker.unblock()

    def _build_split(self) -> None:
        self._split = QWidget()
        self._split_words = Text("", "help", "text2", elide=True)
        self.share = SpinBox(1, 50)
        self.share.setSuffix(" %")
        self.share.setProperty("compact", True)
        self.share.setKeyboardTracking(False)
        self.share.setAccessibleName("Share of the rows held out, in per cent")
        self.share.setFixedWidth(self._theme.px(64))
        row = QHBoxLayout(self._split)
        row.setContentsMargins(30, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._split_words, 1)
        row.addWidget(Text("held out", "help", "text2", wrap=False))
        row.addWidget(self.share)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(Glyph("file", 20, "accent"))
        first.addWidget(self._name)
        first.addWidget(self._size)
        first.addStretch(1)
        for button in (self.rows_button, self.add_button, self.replace_button):
            first.addWidget(button)
        second = QHBoxLayout()
        second.setContentsMargins(30, 0, 0, 0)
        second.setSpacing(10)
        second.addWidget(self._chip)
        second.addWidget(self._why, 1)
        second.addWidget(self.format)
        second.addWidget(self.map_button)
        third = QHBoxLayout()
        third.setContentsMargins(30, 0, 0, 0)
        third.addWidget(self._also, 1)
        self.body.addLayout(first)
        self.body.addLayout(second)
        self.body.addLayout(third)
        self.body.addWidget(self._split)

    def _open_menu(self) -> None:
        self.menu.popup(self.add_button.mapToGlobal(QPoint(0, self.add_button.height() + 4)))
        self.menu.setActiveAction(self.more_action)


def _bytes(number: int) -> str:
    return size(max(number, 1024) / MIB) if number else ""
