"""The conversation: banner, answers, legend and composer under each other, and what is judged in it; it asks nobody."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.flow.chat import Chat
from desktop.views.chat.composer import Composer
from desktop.views.chat.legend import Legend
from desktop.views.chat.transcript import Transcript
from desktop.views.components.banner import Banner


class Talk(QWidget):
    """What is shown while one talks with a model.

    Attributes:
        banner: why the last answer failed.
        transcript: questions and answers.
        legend: what the tints mean, and whether names are hidden.
        composer: where the next question is written.

    Signals:
        judged: something about the answers was chosen; whatever shows the chat is out of date.
    """

    judged = Signal()

    def __init__(self, chat: Chat, parent: QWidget | None = None) -> None:
        """Show ``chat``."""
        super().__init__(parent)
        self._chat = chat
        self.banner = Banner("bad", "")
        self.transcript = Transcript(chat)
        self.legend = Legend()
        self.composer = Composer()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.banner)
        column.addWidget(self.transcript, 1)
        column.addWidget(self.legend)
        column.addWidget(self.composer)
        self.transcript.voted.connect(self._on_voted)
        self.legend.differences_toggled.connect(self._on_differences)
        self.legend.blind_toggled.connect(self._on_blind)

    def refresh(self, *, both: bool) -> None:
        """Show the chat as it stands; ``both`` tells that two models answer."""
        chat = self._chat
        self.transcript.refresh()
        self.legend.show_chat(chat)
        self.composer.show_state(can_ask=chat.can_ask, answering=chat.stage == "answering", both=both, waits=chat.waits)
        failed = chat.error is not None and bool(chat.turns)
        self.banner.setVisible(failed)
        if chat.error is not None and failed:
            again = "Load again" if chat.stage == "broken" else "Dismiss"
            self.banner.set("bad", chat.error.message, chat.error.hint, again)

    def vote_last(self, column: int | None) -> None:
        """Judge the newest answers, while names are hidden."""
        if self._chat.blind and self._chat.turns:
            self._on_voted(len(self._chat.turns) - 1, column)

    def _on_differences(self, shown: bool) -> None:
        self._chat.show_differences = shown
        self.judged.emit()

    def _on_blind(self, blind: bool) -> None:
        self._chat.set_blind(blind)
        self.judged.emit()

    def _on_voted(self, place: int, column: int | None) -> None:
        self._chat.vote(self._chat.turns[place], column)
        self.judged.emit()
