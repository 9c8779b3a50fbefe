"""The family tree of a model, drawn from the oldest down, in a window of its own; ``flow.family`` puts it together."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLineF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.bridge.calls import Calls
from desktop.bridge.workbench import WorkbenchClient
from desktop.engine.errors import UserError
from desktop.flow.family import Member, members_from, text_of
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.theme import Theme

_LEVEL = 28  # how far a child stands to the right of its base
_GAP = 12  # between a card and the one below
_JOINT = 26  # how far below the top of a card its line arrives: the middle of the title


class FamilyDialog(QDialog):
    """A model with what it came from and what came from it.

    Signals:
        chosen: ref of the model somebody wants to look at.
        as_base: ref of the model somebody wants to start a training from.
    """

    chosen = Signal(str)
    as_base = Signal(str)

    def __init__(self, workbench: WorkbenchClient, ref: str, title: str, parent: QWidget | None = None) -> None:
        """Ask for the family of ``ref``, which is called ``title``, at once."""
        super().__init__(parent)
        self.setWindowTitle("Family tree")
        self.setAccessibleName("Family tree")
        self.resize(860, 680)
        self._calls = Calls(workbench)
        self._members: list[Member] = []
        self.cards: list[MemberCard] = []
        self.outcome = Banner("info", "Looking for the family", "")
        self.copy = Button("Copy as text", "link", "copy")
        self._tree = QVBoxLayout()
        self._tree.setContentsMargins(3, 3, 3, 3)  # room for the ring of the focus
        self._tree.setSpacing(0)
        self._lay_out(title)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text_of(self._members)))
        self.finished.connect(lambda _result: self._calls.drop_all())
        self._calls.start("family", "lineage", {"model": ref}, succeeded=self._take, failed=self._fail)

    def _lay_out(self, title: str) -> None:
        close = Button("Close", "primary")
        close.clicked.connect(self.accept)
        inner = QWidget()
        below = QVBoxLayout(inner)
        below.setContentsMargins(0, 0, 12, 4)
        below.addLayout(self._tree)
        below.addStretch(1)
        self._scroll = ScrollArea(inner)
        feet = QHBoxLayout()
        feet.addWidget(self.copy)
        feet.addStretch(1)
        feet.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(Text("Family tree", "title", wrap=False))
        column.addWidget(Text(f"What {title} was made from, and what was made from it", "body", "text2", elide=True))
        column.addWidget(self.outcome)
        column.addWidget(self._scroll, 1)
        column.addLayout(feet)
        self.copy.hide()

    def _take(self, result: dict[str, Any]) -> None:
        self._members = members_from(result)
        self.outcome.hide()
        self.copy.show()
        for member in self._members:
            card = MemberCard(member)
            card.clicked.connect(lambda ref=member.ref: self._lead(self.chosen, ref))
            card.walked.connect(lambda step, card=card: self._walk(card, step))
            card.base.clicked.connect(lambda _=False, ref=member.ref: self._lead(self.as_base, ref))
            self.cards.append(card)
            row = QHBoxLayout()
            row.setSpacing(0)
            row.addWidget(_Lines(member))
            held = QVBoxLayout()
            held.setContentsMargins(0, _GAP if member.rails else 0, 0, 0)
            held.addWidget(card)
            row.addLayout(held, 1)
            self._tree.addLayout(row)
            card.show()  # what is not shown yet takes no focus
        own = next((place for place, member in enumerate(self._members) if member.own), 0)
        self._focus(own, Qt.FocusReason.OtherFocusReason)

    def _walk(self, card: MemberCard, step: int) -> None:
        place = self.cards.index(card) + step
        self._focus(max(0, min(len(self.cards) - 1, place)), Qt.FocusReason.TabFocusReason)

    def _focus(self, place: int, reason: Qt.FocusReason) -> None:
        if self.cards:
            self.cards[place].setFocus(reason)
            self._scroll.ensureWidgetVisible(self.cards[place])

    def _lead(self, signal: Any, ref: str) -> None:
        self.accept()
        signal.emit(ref)

    def _fail(self, error: UserError) -> None:
        self.outcome.set("bad", error.message, error.hint)


class MemberCard(Card):
    """One model: what it is called, how it was made, from what, and what came of it.

    Signals:
        walked: an arrow key asks for the card above (-1) or below (1).
    """

    walked = Signal(int)

    def __init__(self, member: Member, parent: QWidget | None = None) -> None:
        """Show ``member``."""
        super().__init__(selected=member.own, padding=14, clickable=member.there, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(member.spoken)
        self.base = Button("Use as base", "secondary", "tune", "small")
        self.base.setAccessibleName(f"Use {member.title} as base")
        self.base.setVisible(member.there)
        word, tone = member.state
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text(member.title, "strong", elide="middle"), 0)
        if word:
            head.addWidget(Chip(word, tone, "" if member.own else None, on_selection=member.own))
        head.addStretch(1)
        head.addWidget(self.base)
        self.body.setSpacing(4)
        self.body.addLayout(head)
        for text, role, tone in (
            (member.made, "body", "text2"),
            (member.with_others, "body", "text2"),
            (member.measure, "label", "text"),
            (member.problem, "help", "warn"),
        ):
            if text:
                self.body.addWidget(Text(text, role, tone))
        for name, digest in member.data:
            self.body.addWidget(_data(name, digest))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, which would scroll otherwise."""
        step = {int(Qt.Key.Key_Down): 1, int(Qt.Key.Key_Up): -1}.get(event.key())
        if step is None:
            super().keyPressEvent(event)
        else:
            self.walked.emit(step)


def _data(name: str, digest: str) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Text(name, "help", "text2", elide="middle"))
    row.addWidget(Text(f"SHA-256 {digest}", "mono", "text3", wrap=False))
    row.addStretch(1)
    return line


class _Lines(QWidget):
    """The lines from a base to what was made from it, as far as one row of the tree goes."""

    def __init__(self, member: Member, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._rails = member.rails
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the width of all levels above."""
        return QSize(self._theme.px(_LEVEL) * len(self._rails), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a line down for each level that goes on, and the joint to this row's card."""
        painter = begin(self)
        painter.setPen(QPen(self._theme.color("field"), 1.2))
        level, joint = self._theme.px(_LEVEL), float(_GAP + self._theme.px(_JOINT))
        for place, runs in enumerate(self._rails):
            x = place * level + level / 2
            last = place == len(self._rails) - 1
            if last:
                painter.drawLine(QLineF(x, 0, x, self.height() if runs else joint))
                painter.drawLine(QLineF(x, joint, (place + 1) * level, joint))
            elif runs:
                painter.drawLine(QLineF(x, 0, x, self.height()))


def open_family(workbench: WorkbenchClient, ref: str, title: str, parent: QWidget) -> FamilyDialog:
    """Open the family of ``ref`` over the window; closed, the dialog is gone."""
    dialog = FamilyDialog(workbench, ref, title, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setModal(True)
    dialog.open()
    return dialog
