"""The annotator: two answers, four choices, all by keyboard; every decision is taken in ``flow.annotate``."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.engine.errors import UserError
from desktop.engine.preferences.export import Exported
from desktop.engine.preferences.judgement import CHOICES
from desktop.flow.annotate import KEYS, REASONS, STRIP, Act, Annotation
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.divider import Divider
from desktop.views.components.empty import EmptyState
from desktop.views.components.label import Text
from desktop.views.preferences.export_panel import ExportPanel
from desktop.views.preferences.foot import Foot
from desktop.views.preferences.keys import KeySheet
from desktop.views.preferences.pair import PairView
from desktop.views.preferences.strip import Strip
from desktop.views.preferences.top_bar import TopBar

_WIDEST = 1620
_NAMED_KEYS = {
    Qt.Key.Key_Left: "Left", Qt.Key.Key_Right: "Right", Qt.Key.Key_Return: "Return", Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Space: "Space",
}  # fmt: skip


class Annotator(QWidget):
    """The screen one works at for hours.

    Attributes:
        session: what is being judged.
        pair: question, answers, choices and reasons.

    Signals:
        back: to the list of projects.
        export_asked: save what was judged.
        stop_asked: make no more pairs.
    """

    back = Signal()
    export_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the screen, empty."""
        super().__init__(parent)
        self.session: Annotation | None = None
        self._making = ""
        self._stepped_away = False
        self.top = TopBar()
        self.pair = PairView()
        self.strip = Strip()
        self._ready = Text("", "help", "text2", wrap=False)
        self.foot = Foot()
        self.trouble = Banner("bad", "", "")
        self.trouble.hide()
        self.export_panel = ExportPanel()
        self._stop = Button("Stop making", "link", size="small")
        self.waiting = EmptyState("clock", "The next pair is being made", "It is shown once both answers are there.")
        self.done = EmptyState("check", "All pairs are judged", "", "Export")
        self.rest = EmptyState("cup", "Paused", "The clock stands still and the answers are hidden.", "Go on")
        self.keys = KeySheet(self)
        self._stack = QStackedWidget()
        self._lay_out()
        self._join()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def work_on(self, session: Annotation) -> None:
        """Take up a project."""
        self.session = session
        self._stepped_away = False
        self.top.show_project(session.store.title)
        self.trouble.hide()
        self.export_panel.hide()
        self.done.button.set_kind("primary")
        self.refresh()
        self.setFocus()

    def let_go(self) -> None:
        """Forget the project."""
        self.session = None

    def step_away(self) -> None:
        """Stop the clock while another page is in front."""
        if self.session is not None and self.session.standing == "judging":
            self.session.pause()
            self._stepped_away = True

    def come_back(self) -> None:
        """Let the clock go on, unless it was stopped by hand."""
        if self.session is not None and self._stepped_away:
            self.session.go_on()
        self._stepped_away = False
        self.refresh()
        self.setFocus()

    def show_export(self, exported: Exported, format: str) -> None:
        """Show what was saved; training on it is the next step then."""
        self.export_panel.show_export(exported, format)
        self.done.button.set_kind("secondary")
        self.setFocus()

    def show_making(self, words: str) -> None:
        """Say how far the making of pairs is; nothing when it is over."""
        self._making = words
        self.refresh()

    def tell(self, error: UserError) -> None:
        """Show what went wrong above the pair; it does not take the keyboard."""
        self.trouble.set("bad", error.message, error.hint)
        self.trouble.show()

    def note(self, words: str) -> None:
        """Say something in passing, in the foot line."""
        if self.session is not None:
            self.session.said = words
        self.refresh()

    def refresh(self) -> None:
        """Show the session as it is now."""
        session = self.session
        if session is None:
            return
        standing = session.standing
        pages = {"judging": 0, "waiting": 1, "done": 2, "paused": 3}
        self._stack.setCurrentIndex(pages[standing])
        self.top.show_figures(session.figures, making=self._making, paused=standing == "paused")
        if session.item is not None:
            self._show_pair(session)
        if standing == "done":
            self._show_end(session)
        waiting = f", {session.expected:,} being made" if session.expected else ""
        self._ready.setText(f"next: {session.ready:,} ready{waiting}")
        self._stop.setVisible(bool(self._making))
        self.strip.show_past(session.strip, ready=session.ready, judging=session.item is not None)
        self.foot.say(session.said)

    def act(self, act: Act) -> None:
        """Do what a key or button stands for."""
        session = self.session
        if session is None:
            return
        try:
            if act in CHOICES:
                session.choose(act)
            elif act == "next":
                session.next()
            elif act == "skip":
                session.skip()
            elif act == "undo":
                session.undo()
            elif act == "pause":
                session.go_on() if session.standing == "paused" else session.pause()
            self.trouble.hide()
        except UserError as error:
            self.tell(error)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on a key; what is none of ours goes on to the window."""
        act, reason = _act_of(event), _reason_of(event)
        if act == "scroll":
            self.pair.scroll_both(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif act == "note":
            if self.session is not None and self.session.item is not None:
                self.foot.write_note(self.session.note)
        elif act == "keys":
            self._open_keys()
        elif act is not None:
            self.act(act)
        elif reason is not None:
            self._reason(reason)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the key sheet over everything."""
        super().resizeEvent(event)
        self.keys.setGeometry(self.rect())

    def _show_pair(self, session: Annotation) -> None:
        item = session.item
        if item is None:
            return
        self.pair.show_pair(item.pair.question, item.answers)
        self.pair.mark(session.judgement.choice if session.judgement else None, session.reasons)

    def _show_end(self, session: Annotation) -> None:
        figures = session.figures
        words = f"{figures.judged:,} pairs, {figures.pace}. Export them to train on your preferences."
        self.done.text.setText("\n".join(part for part in (words, session.reveal, *session.warnings) if part))

    def _on_chosen(self, choice: str) -> None:
        for known in CHOICES:
            if known == choice:
                self.act(known)

    def _reason(self, label: str) -> None:
        if self.session is not None:
            try:
                self.session.toggle_reason(label)
            except UserError as error:
                self.tell(error)
            self.refresh()

    def _note(self, note: str) -> None:
        if self.session is not None:
            try:
                self.session.set_note(note)
            except UserError as error:
                self.tell(error)
            self.refresh()

    def _close_export(self) -> None:
        self.export_panel.hide()
        self.done.button.set_kind("primary")
        self.setFocus()

    def _open_keys(self) -> None:
        self.keys.open(self.session.store.fact("guide") if self.session is not None else "")

    def _join(self) -> None:
        self.pair.chosen.connect(self._on_chosen)
        self.pair.reasoned.connect(self._reason)
        self.foot.written.connect(self._note)
        self.foot.left.connect(self.setFocus)
        self.keys.closed.connect(self.setFocus)
        self.export_panel.closed.connect(self._close_export)
        self._stop.clicked.connect(self.stop_asked)
        self._stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.top.back.connect(self.back)
        self.top.exported.connect(self.export_asked)
        self.top.paused.connect(lambda: self.act("pause"))
        self.top.guided.connect(self._open_keys)
        self.done.acted.connect(self.export_asked)
        self.rest.acted.connect(lambda: self.act("pause"))
        for state in (self.done, self.rest):
            state.button.set_kind("primary")
            state.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        self._stack.addWidget(self.pair)
        for state in (self.waiting, self.done, self.rest):
            self._stack.addWidget(state)
        lower = QHBoxLayout()
        lower.setSpacing(14)
        lower.addWidget(Text(f"Last {STRIP}, A above, B below", "help", "text2", wrap=False))
        lower.addWidget(self.strip, 1)
        lower.addWidget(self._ready)
        lower.addWidget(self._stop)
        inner = QWidget()
        inner.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(32, 20, 32, 14)
        column.setSpacing(12)
        column.addWidget(self.trouble)
        column.addWidget(self.export_panel)
        column.addWidget(self._stack, 1)
        column.addWidget(Divider())
        column.addLayout(lower)
        column.addWidget(self.foot)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top)
        whole.addLayout(row, 1)


def _act_of(event: QKeyEvent) -> Act | None:
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if control:
        return KEYS["Ctrl+Z"] if event.key() == Qt.Key.Key_Z else None
    name = _NAMED_KEYS.get(Qt.Key(event.key())) or event.text().upper()
    return KEYS.get(name)


def _reason_of(event: QKeyEvent) -> str | None:
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return None
    return next((label for key, label in REASONS if event.text().upper() == key), None)
