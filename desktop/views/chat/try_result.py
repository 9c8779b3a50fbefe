"""One text that was tried and what the model said of it, on a card; the words are flow's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.measures import share
from desktop.flow.tryout import Said, Tried
from desktop.views.components.bar import Bar
from desktop.views.components.card import Card
from desktop.views.components.figure import Figure
from desktop.views.components.label import Text

BARS = 8  # labels with a bar; of more the likeliest are shown
LABEL_WIDTH = 180


class ResultCard(Card):
    """A text above what was said of it.

    Attributes:
        bars: of a classifier, the bar of each label shown, the likeliest first.
    """

    def __init__(self, tried: Tried, before: Tried | None, *, compares: bool, parent: QWidget | None = None) -> None:
        """Show ``tried``; ``before`` is the try before it, ``compares`` tells whether the base is asked too."""
        super().__init__(padding=16, parent=parent)
        self.bars: list[Bar] = []
        self.body.setSpacing(10)
        if tried.prompt:
            self.body.addWidget(Text(tried.prompt, "label", "text2", selectable=True))
        self.body.addWidget(Text(tried.text, "body", selectable=True))
        if tried.tuned is None:
            self.body.addWidget(Text("Answering\N{HORIZONTAL ELLIPSIS}", "help", "text2"))
        elif tried.tuned.shares:
            self._show_label(tried.tuned)
        elif tried.tuned.reward is not None:
            self._show_reward(tried, before)
        else:
            self._show_written(tried, compares=compares)
        if tried.tuned is not None:
            self.setAccessibleName(f"{tried.text}: {tried.tuned.sentence}")

    def _show_label(self, said: Said) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Text(said.result, "figure", wrap=False))
        head.addWidget(Text(f"{said.note} sure", "body", "text2", wrap=False), 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        self.body.addLayout(head)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for line, (label, part) in enumerate(said.shares[:BARS]):
            name = Text(label, "strong" if line == 0 else "body", elide=True)
            name.setFixedWidth(LABEL_WIDTH)
            bar = Bar(part, "accent" if line == 0 else "text3", height=8)
            bar.setAccessibleName(f"{label} {share(part)}")
            number = Text(share(part), "strong" if line == 0 else "body", tabular=True, wrap=False,
                          align=Qt.AlignmentFlag.AlignRight)  # fmt: skip
            for column, widget in enumerate((name, bar, number)):
                grid.addWidget(widget, line, column)
            self.bars.append(bar)
        self.body.addLayout(grid)
        left = len(said.shares) - BARS
        if left > 0:
            rest = sum(part for _, part in said.shares[BARS:])
            words = f"and {left} more label{'' if left == 1 else 's'}, {share(rest)} together"
            self.body.addWidget(Text(words, "help", "text2"))

    def _show_reward(self, tried: Tried, before: Tried | None) -> None:
        said = tried.tuned
        note = ""
        if said is not None and said.reward is not None and before is not None and before.tuned is not None:
            other = before.tuned.reward
            if other is not None and before.prompt == tried.prompt:
                apart = said.reward - other
                word = "more" if apart > 0 else "less"
                note = (
                    f"{abs(apart):.3f} {word} than the answer tried before it" if apart else "as the answer before it"
                )
        self.body.addWidget(Figure("Reward", said.result if said is not None else "", note))

    def _show_written(self, tried: Tried, *, compares: bool) -> None:
        row = QHBoxLayout()
        row.setSpacing(16)
        columns = [("Tuned", tried.tuned)] + ([("Base", tried.base)] if compares else [])
        for heading, said in columns:
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(Text(heading, "help", "text2", wrap=False))
            words = "Answering\N{HORIZONTAL ELLIPSIS}" if said is None else said.result or "(no words)"
            tone = "text2" if said is None or heading == "Base" else "text"
            column.addWidget(Text(words, "reading", tone, selectable=True))
            column.addStretch(1)
            row.addLayout(column, 1)
        self.body.addLayout(row)
