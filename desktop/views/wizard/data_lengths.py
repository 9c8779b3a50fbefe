"""How long the rows are in tokens, as a picture or as numbers, and the longest length allowed; no decisions."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from desktop.flow.wizard_findings import LengthsFound
from desktop.flow.wizard_length_words import bins, costs, verdict
from desktop.views.components.card import Card
from desktop.views.components.chip import Toggle
from desktop.views.components.empty import Glyph
from desktop.views.components.fields import SpinBox
from desktop.views.components.label import Text
from desktop.views.components.table import Column, Table
from desktop.views.wizard.histogram import Histogram


class LengthsCard(Card):
    """How long the rows are, and the longest length allowed.

    Signals:
        length_changed: rows are to be cut at that many tokens.
    """

    length_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=16, parent=parent)
        self._said = Text("", "help", "text2", elide=True, align=Qt.AlignmentFlag.AlignRight)
        self.numbers = Toggle("Numbers")
        self.numbers.setToolTip("The picture as a table")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Text("Tokens per row", "section", wrap=False))
        head.addWidget(self._said, 1)
        self.histogram = Histogram()
        self.table = Table(
            [Column("Tokens"), Column("Rows", 90, True), Column("Share", 80, True)],
            row_height=28,
            name="Rows by length",
            selectable=False,
        )
        # The picture alone says how tall the card is; a table would ask for more than it needs.
        self.table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._picture = QStackedWidget()
        policy = self._picture.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the card is as tall while the tokens are counted
        self._picture.setSizePolicy(policy)
        self._picture.addWidget(self.histogram)
        self._picture.addWidget(self.table)
        self._icon = Glyph("check", 15, "ok")
        self._whole = Text("", "body", "ok", elide=True)
        self._costs = Text("", "help", "text2")
        self.length = SpinBox(8, 1_048_576)
        self.length.setAccessibleName("Longest row in tokens")
        self.length.setFixedWidth(self._theme.px(84))
        self.length.setKeyboardTracking(False)
        self.length.setToolTip("Longest row in tokens: type it here, or drag the line in the picture")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._icon)
        foot.addWidget(self._whole, 1)
        foot.addWidget(self.numbers)
        foot.addWidget(self.length)
        self.body.addLayout(head)
        self.body.addWidget(self._picture, 1)
        self.body.addLayout(foot)
        self.body.addWidget(self._costs)
        self.length.valueChanged.connect(self.length_changed)
        self.histogram.limit_dragged.connect(self.length.setValue)
        self.numbers.toggled.connect(lambda on: self._picture.setCurrentIndex(1 if on else 0))

    def show_lengths(self, lengths: LengthsFound | None, max_length: int, waiting: str) -> None:
        """Show ``lengths``, or ``waiting`` while they are counted."""
        blocker = QSignalBlocker(self.length)
        self.length.setValue(max_length)
        blocker.unblock()
        for widget in (self._picture, self._icon, self.numbers):
            widget.setVisible(lengths is not None)
        if lengths is None:
            self._said.setText("")
            self._whole.setText(waiting)
            self._whole.set_tone("text2")
            self._costs.hide()
            return
        self._said.setText(f"median {lengths.median:,}, longest {lengths.longest:,}")
        said, tone = verdict(lengths, max_length)
        self._icon.set("check" if tone == "ok" else "warn", tone)
        self._whole.setText(said)
        self._whole.set_tone(tone)
        told = costs(lengths)
        self._costs.setText(told)
        self._costs.setVisible(bool(told))
        words = f"{said} into {max_length:,} tokens; {self._said.text()}"
        self.histogram.set(lengths.edges, lengths.counts, max_length, words)
        self.table.set_rows(bins(lengths))
