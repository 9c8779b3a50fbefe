"""One question with its answers in columns, their figures, and the choice when names are hidden; it decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.flow.chat import Chat
from desktop.flow.chat_answer import Side, Turn
from desktop.views.chat.answer import AnswerText
from desktop.views.components.button import Button
from desktop.views.components.chip import Chip, Toggle
from desktop.views.components.divider import Divider
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CONTROL

_COPIED_MS = 1500
_ALONE_WIDTH = 760  # a single column is no wider than reads well
_CHIPS = {
    "waiting": ("waiting", "neutral", "clock"),
    "writing": ("writing", "accent", "dot"),
    "stopped": ("stopped", "neutral", "stop"),
    "cut": ("cut short", "warn", "warn"),
    "failed": ("failed", "bad", "cross"),
}


class Question(QWidget):
    """What was asked, shared by all columns."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        """Show ``text`` in a soft box."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.text = Text(text, "label", selectable=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 14, 9)
        row.addWidget(self.text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        self.setMaximumWidth(640)
        self.setAccessibleName(f"You asked: {text}")
        self._theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box."""
        edge = self._theme.color("accent") if self._theme.tokens.name == "high_contrast" else None
        box(begin(self), QRectF(self.rect()), RADIUS_CONTROL + 2, self._theme.color("accent_soft"), edge)


class AnswerColumn(QWidget):
    """One contender's answer to one question."""

    def __init__(self, heading: str, question: str, parent: QWidget | None = None) -> None:
        """Wait for the answer of ``heading``."""
        super().__init__(parent)
        self._question = question
        self._heading = ""
        self._shown: tuple[object, ...] = ()
        self.text = AnswerText()
        self.figures = Text("", "help", "text2", wrap=False, tabular=True)
        self.chip = Chip("waiting", "neutral", "clock")
        self.copy = Button("", "ghost", "copy", "small")
        self.copy.clicked.connect(self._copy)
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._copied.timeout.connect(lambda: self.copy.set_icon("copy"))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.figures, 1)
        foot.addWidget(self.chip)
        foot.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 20, 8)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addLayout(foot)
        column.addStretch(1)
        self.set_heading(heading)

    def set_heading(self, heading: str) -> None:
        """Name it after what stands above the column."""
        if heading == self._heading:
            return
        self._heading = heading
        self.text.setAccessibleName(f"{heading} to {self._question}")
        self.copy.set_name(f"Copy this answer of {heading}")

    def show_side(self, side: Side, *, tints: bool, figures: bool) -> None:
        """Show where the answer stands; ``figures`` is off while names are hidden, since speed tells them."""
        now = (side.state, side.tokens, side.text if side.over else "", tints, figures)
        if now == self._shown:
            return  # a long conversation is shown again whenever anything changes; most of it has not
        self._shown = now
        if side.over:
            self.text.set_answer(side.text)
            self.text.set_spans(side.spans if tints else [])
        self.text.set_writing(side.state == "writing")
        self.figures.setText(side.figures if figures or not side.over else f"{side.tokens} tokens")
        explained = side.explained if figures else ""
        self.figures.setToolTip(explained)
        self.figures.setAccessibleDescription(explained)
        self.text.setAccessibleDescription(f"{side.text} {explained}".strip() if side.over else "")
        self.chip.setVisible(side.state in _CHIPS)
        if side.state in _CHIPS:
            self.chip.set(*_CHIPS[side.state])
        self.copy.setVisible(side.over and bool(side.text))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy.set_icon("check")
        self._copied.start()


class VoteRow(QWidget):
    """Which answer is better, asked while names are hidden.

    Signals:
        voted: the column, or ``None`` for alike.
    """

    voted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Offer the three choices."""
        super().__init__(parent)
        self._choices = {
            0: Toggle("A is better", key="Alt+1"),
            None: Toggle("Alike", key="Alt+2"),
            1: Toggle("B is better", key="Alt+3"),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 4, 20, 4)
        row.setSpacing(8)
        row.addStretch(1)
        for column, button in self._choices.items():
            button.clicked.connect(lambda _=False, column=column: self.voted.emit(column))
            row.addWidget(button)
        row.addStretch(1)

    def show_vote(self, column: int | None, voted: bool) -> None:
        """Mark the choice made."""
        for place, button in self._choices.items():
            button.setChecked(voted and place == column)


class TurnRow(QWidget):
    """One question and all its answers.

    Signals:
        voted: the column judged better, or ``None`` for alike.
    """

    voted = Signal(object)

    def __init__(self, chat: Chat, turn: Turn, parent: QWidget | None = None) -> None:
        """Show ``turn`` of ``chat``."""
        super().__init__(parent)
        self.turn = turn
        self._chat = chat
        self.columns = [AnswerColumn(chat.heading(place), turn.question) for place in range(len(turn.sides))]
        self.votes = VoteRow()
        self.votes.voted.connect(self.voted)
        question = QHBoxLayout()
        question.addStretch(1)
        question.addWidget(Question(turn.question))
        question.addStretch(1)
        answers = QHBoxLayout()
        answers.setSpacing(0)
        for place, column in enumerate(self.columns):
            if place:
                answers.addWidget(Divider(vertical=True))
            answers.addWidget(column, 1000)
        if len(self.columns) == 1:
            self.columns[0].setMaximumWidth(_ALONE_WIDTH)
            answers.insertStretch(0, 1)
            answers.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 18, 0, 0)
        whole.setSpacing(14)
        whole.addLayout(question)
        whole.addLayout(answers)
        whole.addWidget(self.votes)
        self.refresh()

    def append(self, contender: str, piece: str) -> None:
        """Add a piece of one answer."""
        for side, column in zip(self.turn.sides, self.columns, strict=True):
            if side.contender == contender:
                column.text.append_piece(piece)

    def refresh(self) -> None:
        """Show where everything stands."""
        for place, (side, column) in enumerate(zip(self.turn.sides, self.columns, strict=True)):
            column.set_heading(self._chat.heading(place))
            column.show_side(side, tints=self._chat.tints and side.contender == "tuned", figures=not self._chat.blind)
        self.votes.setVisible(self._chat.blind and self.turn.can_vote)
        self.votes.show_vote(self._voted_column(), self.turn.vote is not None)

    def _voted_column(self) -> int | None:
        names = [side.contender for side in self.turn.sides]
        return names.index(self.turn.vote) if self.turn.vote in names else None
