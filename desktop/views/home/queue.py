"""What waits for the device, as a card: order, what can be done with each, start and hold; ``flow.queue`` decides."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.queue_book import QueueBook
from desktop.bridge.task import Tasks
from desktop.flow.queue import Action, QueueRow, QueueState
from desktop.flow.recipe_words import opens
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.label import Text

_ACTS = (("up", "arrow-up", "Move {} up"), ("down", "arrow-down", "Move {} down"), ("remove", "cross", "Remove {}"))
_TONES = {"at_work": "accent", "next": "info", "waiting": "neutral"}


class QueueCard(Card):
    """The queue.

    Signals:
        acted: what to do (``up``, ``down``, ``remove``, ``open``) and with which folder.
        started: it shall be worked off.
        held: nothing more shall be started.
    """

    acted = Signal(str, str)
    started = Signal()
    held = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty, which hides it."""
        super().__init__(padding=16, parent=parent)
        self.sentence = Text("", "help", "text2")
        self.go = Button("Start the queue", "secondary", "play", "small")
        self.hold = Button("Hold", "secondary", "pause", "small")
        self.hold.setAccessibleName("Hold the queue")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Text("Queue", "section", wrap=False))
        head.addWidget(self.sentence, 1)
        head.addWidget(self.go)
        head.addWidget(self.hold)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(head)
        self.body.addLayout(self._list)
        self.lines: list[QueueLine] = []
        self.go.clicked.connect(self.started)
        self.hold.clicked.connect(self.held)
        self.hide()

    def set(self, state: QueueState) -> None:
        """Show the queue as it stands; who has the keyboard keeps it, wherever its row went."""
        kept = next(((line.row.folder, act) for line in self.lines if (act := line.focused)), None)
        for line in self.lines:
            line.hide()
            self._list.removeWidget(line)
            line.deleteLater()
        self.lines = []
        for row in state.rows:
            line = QueueLine(row)
            line.acted.connect(self.acted)
            self._list.addWidget(line)
            line.show()
            self.lines.append(line)
        self.sentence.setText(state.sentence)
        waits = state.held or not state.driven
        self.go.setVisible(waits)
        self.hold.setVisible(not waits)
        self.setVisible(bool(state.rows))
        self.setAccessibleName(f"Queue. {state.sentence}")
        for line in self.lines:
            if kept is not None and line.row.folder == kept[0]:
                line.take_focus(kept[1])


class QueuePanel(QueueCard):
    """The card at work: follows the queue while it is watched.

    Signals:
        opened: page and context of what somebody wants to look at.
        failed: the :class:`UserError` for which something was not done.
    """

    opened = Signal(str, dict)
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        """Follow nothing yet."""
        super().__init__(parent)
        self.book = QueueBook(tasks, self)
        self.book.changed.connect(lambda: self.set(self.book.state))
        self.book.failed.connect(self.failed)
        self.started.connect(self.book.work_off)
        self.held.connect(self.book.hold)
        self.acted.connect(self._act)

    def _act(self, act: str, folder: str) -> None:
        if act == "open":
            self.opened.emit(*opens(folder))
        else:
            self.book.act(cast("Action", act), folder)


class QueueLine(QWidget):
    """One thing that waits; Ctrl with an arrow key moves it, Delete takes it out.

    Signals:
        acted: what to do and with which folder.
    """

    acted = Signal(str, str)

    def __init__(self, row: QueueRow, parent: QWidget | None = None) -> None:
        """Show ``row``."""
        super().__init__(parent)
        self.row = row
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{row.position}. {row.title}, {row.word}. {row.about}. {row.sentence}")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(row.title, "strong", elide=True))
        words.addWidget(Text(f"{row.about}. {row.sentence}", "help", "text2", elide=True))
        line = QHBoxLayout()
        line.setContentsMargins(4, 8, 4, 8)
        line.setSpacing(12)
        line.addWidget(Text(str(row.position), "body", "text2", wrap=False, tabular=True))
        line.addLayout(words, 1)
        line.addWidget(Chip(row.word, _TONES[row.state]), 0, Qt.AlignmentFlag.AlignVCenter)
        self.buttons: dict[str, Button] = {}
        for act, icon, name in _ACTS:
            button = Button("", "ghost", icon, "small")
            button.set_name(name.format(row.title))
            button.setEnabled(act in row.can)
            button.clicked.connect(lambda _=False, act=act: self.acted.emit(act, row.folder))
            self.buttons[act] = button
            line.addWidget(button)
        opens = Button("Open", "secondary", size="small")
        opens.setAccessibleName(f"Open {row.title}")
        opens.setEnabled("open" in row.can)
        opens.clicked.connect(lambda: self.acted.emit("open", row.folder))
        self.buttons["open"] = opens
        line.addWidget(opens)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Divider())
        column.addLayout(line)

    @property
    def focused(self) -> str:
        """What has the keyboard: ``row``, the name of a button, or nothing."""
        if self.hasFocus():
            return "row"
        return next((act for act, button in self.buttons.items() if button.hasFocus()), "")

    def take_focus(self, act: str) -> None:
        """Give the keyboard to what had it; a button that can no longer be pressed leaves it to the row."""
        target = self.buttons.get(act)
        (target if target is not None and target.isEnabled() else self).setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with Ctrl and an arrow key, take out with Delete, open with Enter."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        keys = {
            (int(Qt.Key.Key_Up), True): "up",
            (int(Qt.Key.Key_Down), True): "down",
            (int(Qt.Key.Key_Delete), False): "remove",
            (int(Qt.Key.Key_Return), False): "open",
            (int(Qt.Key.Key_Enter), False): "open",
        }
        act = keys.get((event.key(), control))
        if act in self.row.can:
            self.acted.emit(act, self.row.folder)
        else:
            super().keyPressEvent(event)
