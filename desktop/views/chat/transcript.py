"""The conversation: who answers at the top, the turns below, following what is written; it asks nobody anything."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop.flow.chat import Chat
from desktop.views.chat.start import Start
from desktop.views.chat.turn import TurnRow
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea

_COPIED_MS = 1500
_NEAR = 48  # px from the end that still count as reading the end


class ColumnHead(QWidget):
    """Who answers in a column, with the proof that the columns differ in one thing only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a name."""
        super().__init__(parent)
        self._proof = ""
        self.heading = Text("", "section", wrap=False)
        self.mark = Chip("")
        self.model = Text("", "mono", "text2", elide="middle")
        self.line = Text("", "mono", "text2", elide=True)
        self.copy = Button("Copy proof", "link", "copy")
        self.copy.clicked.connect(self._copy)
        place = self.copy.sizePolicy()
        place.setRetainSizeWhenHidden(True)  # the head keeps its height when names are hidden
        self.copy.setSizePolicy(place)
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._copied.timeout.connect(lambda: self._say("Copy proof", "copy"))
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.heading)
        top.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addStretch(1)
        top.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 12)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.model)
        column.addWidget(self.line)

    def show_column(self, chat: Chat, place: int) -> None:
        """Show who stands in column ``place``, or only a letter while names are hidden."""
        contender = chat.columns()[place]
        self.heading.setText(chat.heading(place))
        self.mark.set(contender.mark, "accent" if contender.name == "tuned" else "neutral", "")
        self.model.setText("one of the two models" if chat.blind else contender.title)
        self.line.setText("its name is hidden" if chat.blind else contender.proof_line(chat.sampling))
        self.mark.setVisible(not chat.blind)
        self.copy.setVisible(not chat.blind)
        self._proof = contender.proof_text(chat.sampling, chat.system)
        if not self._copied.isActive():
            self.copy.setAccessibleName(f"Copy the proof of {chat.heading(place)}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._proof)
        self._say("Copied", "check")
        self._copied.start()

    def _say(self, text: str, icon: str) -> None:
        self.copy.setText(text)
        self.copy.set_icon(icon)


class Transcript(Card):
    """The card with both columns.

    Signals:
        voted: a turn's place and the column judged better (``None`` for alike).
        example_chosen: a question to begin with.
        acted: the one button of the empty place was pressed.
    """

    voted = Signal(int, object)
    example_chosen = Signal(str)
    acted = Signal()

    def __init__(self, chat: Chat, parent: QWidget | None = None) -> None:
        """Show ``chat``."""
        super().__init__(padding=0, parent=parent)
        self._chat = chat
        self.rows: list[TurnRow] = []
        self.heads = [ColumnHead(), ColumnHead()]
        self._between = Divider(vertical=True)
        self._head = QWidget()
        heads = QHBoxLayout(self._head)
        self._heads = heads
        heads.setContentsMargins(1, 1, 1, 0)
        heads.setSpacing(0)
        heads.addWidget(self.heads[0], 1)
        heads.addWidget(self._between)
        heads.addWidget(self.heads[1], 1)
        self._below = Divider()
        self.start = Start()
        self.start.example_chosen.connect(self.example_chosen)
        self.start.acted.connect(self.acted)
        self._turns = QWidget()
        self._column = QVBoxLayout(self._turns)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.area = ScrollArea(self._turns)
        self._follows = True
        bar = self.area.verticalScrollBar()
        bar.rangeChanged.connect(self._on_grown)
        bar.valueChanged.connect(self._on_scrolled)
        self._stack = QStackedLayout()
        self.body.setSpacing(0)
        self.body.addWidget(self._head)
        self.body.addWidget(self._below)
        self.body.addLayout(self._stack, 1)
        self._stack.addWidget(self.start)
        self._stack.addWidget(self.area)
        self.refresh()

    def refresh(self) -> None:
        """Show everything as it stands."""
        columns = self._chat.columns()
        self._head.setVisible(bool(columns))
        self._below.setVisible(bool(columns))
        for place, head in enumerate(self.heads):
            head.setVisible(place < len(columns))
            if place < len(columns):
                head.show_column(self._chat, place)
        self._between.setVisible(len(columns) == 2)
        self._match_turns()
        for row in self.rows:
            row.refresh()
        self.start.show_chat(self._chat)
        self._stack.setCurrentWidget(self.area if self.rows else self.start)

    def append(self, contender: str, piece: str) -> None:
        """Add a piece to the last turn."""
        if self.rows:
            self.rows[-1].append(contender, piece)

    def refresh_last(self) -> None:
        """Show where the last turn stands."""
        if self.rows:
            self.rows[-1].refresh()

    def follow(self) -> None:
        """Read the end, and stay there while it grows."""
        self._follows = True
        self._on_grown()

    def _match_turns(self) -> None:
        turns = self._chat.turns
        if [row.turn for row in self.rows] != turns[: len(self.rows)]:
            for row in self.rows:
                self._column.removeWidget(row)
                row.deleteLater()
            self.rows = []
        for turn in turns[len(self.rows) :]:
            row = TurnRow(self._chat, turn)
            place = len(self.rows)
            row.voted.connect(lambda column, place=place: self.voted.emit(place, column))
            self._column.insertWidget(place, row)
            self.rows.append(row)

    def _on_scrolled(self, value: int) -> None:
        self._follows = value >= self.area.verticalScrollBar().maximum() - _NEAR

    def _on_grown(self) -> None:
        bar = self.area.verticalScrollBar()
        # The heads keep standing over their columns when the scroll bar takes room from these.
        self._heads.setContentsMargins(1, 1, 1 + (bar.sizeHint().width() if bar.maximum() else 0), 0)
        # Whoever scrolled up to read is left there; whoever reads the end stays at the end.
        if self._follows:
            bar.setValue(bar.maximum())
