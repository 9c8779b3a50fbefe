"""What was found on the held-out rows when a run ended: a panel of tables; flow reads the file, this draws it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.amounts import short
from desktop.flow.measures import share
from desktop.flow.run_findings import Findings, LabelRow, Mistake, Output, RatedPair
from desktop.views.components.card import Card
from desktop.views.components.figure import Figure
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.components.table import Cell, Column, Table
from desktop.views.run.matrix import Matrix

_LABELS = (
    Column("Label"), Column("Precision", 110, number=True), Column("Recall", 110, number=True),
    Column("F1", 110, number=True), Column("Rows", 90, number=True),
)  # fmt: skip
_MISTAKES = (Column("Text"), Column("It is", 130), Column("Said", 130), Column("Sure", 84, number=True))
_OUTPUTS = (Column("Source"), Column("Wanted"), Column("Written"), Column("", 136))
_PAIRS = (
    Column("Question"), Column("Better answer"), Column("Reward", 84, number=True),
    Column("Worse answer"), Column("Reward", 84, number=True),
)  # fmt: skip
_SPREAD = {"mean": "Mean reward", "deviation": "Standard deviation", "lowest": "Lowest", "highest": "Highest"}
_ROW = 34


class FindingsView(ScrollArea):
    """The tables, one under the other; those there is nothing for are left out.

    Attributes:
        tables: what is shown, by name.
        matrix: the confusion matrix, where there is one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without findings."""
        self._holder = QWidget()
        super().__init__(self._holder, parent)
        self.setAccessibleName("What was found on the held-out rows")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # a long page is read with the arrow keys
        self.tables: dict[str, Table] = {}
        self.matrix: Matrix | None = None
        self._found: Findings | None = None
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(16)

    def show_findings(self, found: Findings | None) -> None:
        """Show ``found``; what is shown already is left alone."""
        if found == self._found:
            return
        self._found = found
        self.tables, self.matrix = {}, None
        while self._column.count():
            item = self._column.takeAt(0)
            if (widget := item.widget() if item else None) is not None:
                widget.hide()
                widget.deleteLater()
        if found is None:
            return
        self._show_confusion(found)
        if found.labels:
            self._add("Label by label", "", "Figures of each label", _LABELS, [_label(row) for row in found.labels])
        if found.confusion is not None or found.mistakes:
            self._show_mistakes(found.mistakes)
        if found.outputs:
            same = sum(one.same for one in found.outputs)
            about = f"{same} of {len(found.outputs)} written as wanted, to the letter."
            self._add("Sample outputs", about, "Sample outputs", _OUTPUTS, [_output(one) for one in found.outputs])
        self._show_spread(found)
        for title, about, pairs in (
            ("Told apart most surely", "The better answer has the higher reward, by most.", found.surest),
            ("Told apart wrongly", "The worse answer has the higher reward: read these first.", found.wrong),
        ):
            if pairs:
                self._add(title, about, title, _PAIRS, [_pair(pair) for pair in pairs])
        self._column.addStretch(1)

    def _show_confusion(self, found: Findings) -> None:
        if found.confusion is None:
            return
        self.matrix = Matrix(found.confusion)
        card = _card("What is taken for what", found.confusion.sentence)
        card.body.addWidget(self.matrix)
        foot = "Rows of the table are what the texts are, columns what was said; shares are of the row. On the framed "
        card.body.addWidget(Text(f"{foot}diagonal both agree.", "help", "text2"))
        self._column.addWidget(card)

    def _show_mistakes(self, mistakes: Sequence[Mistake]) -> None:
        title = "Mistakes it was surest of"
        if mistakes:
            self._add(title, "", title, _MISTAKES, [_mistake(one) for one in mistakes])
            return
        self._column.addWidget(_card(title, "There are none: every held-out row was told rightly."))

    def _show_spread(self, found: Findings) -> None:
        if not found.spread:
            return
        card = _card("Rewards of the held-out answers", "Only differences count: a reward has no unit.")
        row = QHBoxLayout()
        row.setSpacing(16)
        for name, value in found.spread:
            row.addWidget(Figure(_SPREAD.get(name, name), short(value)), 1)
        card.body.addLayout(row)
        self._column.addWidget(card)

    def _add(self, title: str, about: str, name: str, columns: Sequence[Column], rows: list[list[Cell]]) -> None:
        table = Table(columns, row_height=_ROW, name=name, selectable=True)
        table.set_rows(rows)
        table.setFixedHeight(table.height_of_all())
        card = _card(title, about)
        card.body.addWidget(table)
        self.tables[name] = table
        self._column.addWidget(card)


def _card(title: str, about: str) -> Card:
    card = Card(padding=16)
    card.body.setSpacing(8)
    card.body.addWidget(Text(title, "strong", wrap=False))
    if about:
        card.body.addWidget(Text(about, "body", "text2"))
    return card


def _label(row: LabelRow) -> list[Cell]:
    shares = (row.precision, row.recall, row.f1)
    return [Cell(row.label, strong=True), *(Cell(share(value)) for value in shares), Cell(f"{row.rows:,}")]


def _mistake(one: Mistake) -> list[Cell]:
    return [Cell(_line(one.text)), Cell(one.truth, strong=True), Cell(one.said), Cell(share(one.probability))]


def _output(one: Output) -> list[Cell]:
    mark = Cell("as wanted", chip="ok") if one.same else Cell("differs", chip="neutral", icon="")
    return [Cell(_line(one.source), tone="text2"), Cell(_line(one.target)), Cell(_line(one.said) or "(no words)"), mark]


def _pair(pair: RatedPair) -> list[Cell]:
    return [
        Cell(_line(pair.prompt), tone="text2"),
        Cell(_line(pair.chosen)),
        Cell(short(pair.reward_chosen), strong=True),
        Cell(_line(pair.rejected)),
        Cell(short(pair.reward_rejected), strong=True),
    ]


def _line(text: str) -> str:
    return " ".join(text.split())
