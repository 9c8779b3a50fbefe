"""Three cards of the Data step: the file and what it was taken for, its issues, its row lengths; no decisions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.engine.memory.sizes import MIB, size
from desktop.flow.wizard_findings import DataFound, LengthsFound
from desktop.flow.wizard_issues import Issue
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.fields import Combo, SpinBox
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.wizard.histogram import Histogram

_TONES = {"bad": "warn", "warn": "warn", "info": "info"}


class FileBar(Card):
    """The file: its name and size, what it was taken for and why.

    Signals:
        replaced: another file is wanted.
        shape_chosen: its rows are to be taken for this shape.
    """

    replaced = Signal()
    shape_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=14, parent=parent)
        self._name = Text("", "section", elide="middle")
        self._size = Text("", "body", "text2", wrap=False)
        self._chip = Chip("", "ok")
        self._why = Text("", "body", "text2", elide=True)
        self.format = Combo()
        self.format.setProperty("compact", True)
        self.format.setAccessibleName("What the rows are taken for")
        self.format.setMinimumContentsLength(20)
        self.format.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.replace_button = Button("Replace file", size="small")
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(Glyph("file", 20, "accent"))
        first.addWidget(self._name)
        first.addWidget(self._size)
        first.addStretch(1)
        first.addWidget(self.replace_button)
        second = QHBoxLayout()
        second.setContentsMargins(30, 0, 0, 0)
        second.setSpacing(10)
        second.addWidget(self._chip)
        second.addWidget(self._why, 1)
        second.addWidget(self.format)
        self.body.addLayout(first)
        self.body.addLayout(second)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.replace_button.clicked.connect(self.replaced)
        self.format.activated.connect(lambda _index: self.shape_chosen.emit(str(self.format.currentData())))

    def show_reading(self, path: str, progress: str) -> None:
        """Say that the file is being read."""
        self._name.setText(Path(path).name)
        self._size.setText("")
        self._chip.set(progress or "Reading…", "neutral", "clock")
        self._why.setText("")
        self.format.hide()

    def show_failed(self, path: str) -> None:
        """Say that the file cannot be read; why is said below."""
        self.show_reading(path, "")
        self._chip.set("Cannot be used", "bad")

    def show_data(self, data: DataFound, shape: str, missing: str) -> None:
        """Show what the file is."""
        self._name.setText(Path(data.path).name)
        rows = f"{data.total:,} rows, " if data.total else ""
        self._size.setText(f"{rows}{size(max(data.bytes, 1024) / MIB)}" if data.bytes else rows.rstrip(", "))
        if data.recognised and not missing:
            self._chip.set(data.recognised, "accent", "check")
            self._why.setText(f"{data.format}: {data.why}" if data.why else data.format)
        else:
            self._chip.set("Needs your help", "warn")
            self._why.setText(missing or f"{data.format}; pick what its rows are")
        blocker = QSignalBlocker(self.format)
        self.format.clear()
        for choice in data.choices:
            self.format.addItem(choice.title, choice.id)
        self.format.setCurrentIndex(max(0, self.format.findData(shape)))
        blocker.unblock()
        self.format.setVisible(bool(data.choices))


class IssuesCard(Card):
    """What is not quite right, line by line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=16, parent=parent)
        self._chip = Chip("", "ok")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Text("Issues", "section", wrap=False))
        head.addWidget(self._chip)
        head.addStretch(1)
        self.body.addLayout(head)
        self._holder = QWidget()
        self._list = QVBoxLayout(self._holder)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(0)
        self.body.addWidget(ScrollArea(self._holder), 1)
        self._shown: list[Issue] | None = None

    def show_issues(self, issues: list[Issue], left_out: int) -> None:
        """Show ``issues``; ``left_out`` is how many rows they cost."""
        if left_out:
            self._chip.set(f"{left_out:,} rows left out" if left_out > 1 else "1 row left out", "warn")
        else:
            self._chip.set("Every row is used", "ok")
        if issues == self._shown:
            return
        self._shown = issues
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for issue in issues:
            self._list.addWidget(Divider())
            self._list.addWidget(_issue_row(issue))
        if not issues:
            self._list.addWidget(Divider())
            self._list.addWidget(_issue_row(Issue("info", "Nothing to report", "All rows were read and understood.")))
        self._list.addStretch(1)


class LengthsCard(Card):
    """How long the rows are, and the longest length allowed.

    Signals:
        length_changed: rows are to be cut at that many tokens.
    """

    length_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=16, parent=parent)
        self._said = Text("", "body", "text2", elide=True, align=Qt.AlignmentFlag.AlignRight)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Text("Tokens per row", "section", wrap=False))
        head.addWidget(self._said, 1)
        self.histogram = Histogram()
        self._icon = Glyph("check", 15, "ok")
        self._whole = Text("", "body", "ok", elide=True)
        self.length = SpinBox(8, 1_048_576)
        self.length.setAccessibleName("Longest row in tokens")
        self.length.setFixedWidth(self._theme.px(84))
        self.length.setKeyboardTracking(False)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._icon)
        foot.addWidget(self._whole, 1)
        foot.addWidget(Text("cut at", "body", "text2", wrap=False))
        foot.addWidget(self.length)
        self.body.addLayout(head)
        self.body.addWidget(self.histogram, 1)
        self.body.addLayout(foot)
        self.length.valueChanged.connect(self.length_changed)

    def show_lengths(self, lengths: LengthsFound | None, max_length: int, waiting: str) -> None:
        """Show ``lengths``, or ``waiting`` while they are counted."""
        blocker = QSignalBlocker(self.length)
        self.length.setValue(max_length)
        blocker.unblock()
        self.histogram.setVisible(lengths is not None)
        self._icon.setVisible(lengths is not None)
        if lengths is None:
            self._said.setText("")
            self._whole.setText(waiting)
            self._whole.set_tone("text2")
            return
        self._said.setText(f"median {lengths.median:,}, longest {lengths.longest:,}")
        share = lengths.whole_at(max_length)
        tone = "ok" if share > 0.95 else "warn"
        said = "All rows fit whole" if share >= 1 else f"{100 * share:.1f} % of rows fit whole"
        self._icon.set("check" if tone == "ok" else "warn", tone)
        self._whole.setText(said)
        self._whole.set_tone(tone)
        words = f"{said} into {max_length:,} tokens; {self._said.text()}"
        self.histogram.set(lengths.edges, lengths.counts, max_length, words)


def _issue_row(issue: Issue) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 8, 0, 8)
    line.setSpacing(12)
    line.addWidget(Glyph(_TONES[issue.tone], 16, issue.tone), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(Text(issue.where, "strong", elide=True))
    words.addWidget(Text(issue.what, "body", "text2"))
    line.addLayout(words, 1)
    row.setAccessibleName(f"{issue.where}: {issue.what}")
    return row
