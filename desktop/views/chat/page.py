"""The chat page, put together and joined to the workbench; what is said and judged is decided in ``flow.chat``."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.bridge.calls import Calls
from desktop.bridge.throttle import Throttle
from desktop.bridge.workbench import CHAT
from desktop.engine.errors import UserError
from desktop.engine.generate.sampling import Sampling
from desktop.flow.chat import Chat
from desktop.flow.chat_model import RUN, TRIED, Choice, choices_from
from desktop.views.chat.chooser import Chooser
from desktop.views.chat.drawer import Drawer
from desktop.views.chat.talk import Talk
from desktop.views.chat.try_panel import TryPanel
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.page import Page
from desktop.views.services import Services
from desktop.views.theme.tokens import PAGE_MARGIN

_FRAME_MS = 16
_KEEP_MS = 5 * 60_000  # a model nobody talks with gives its memory back after this


def create(services: Services) -> Page:
    """Return the page."""
    return ChatPage(services)


class ChatPage(Page):
    """Base and tuned, asked the same question at once."""

    name: ClassVar[str] = "chat"
    title: ClassVar[str] = "Chat"

    def __init__(self, services: Services) -> None:
        """Build the page; nothing is loaded before it is entered."""
        super().__init__()
        self._services = services
        self.chat = Chat()
        self._calls = Calls(services.workbench)
        self._named: str | None = None
        self._runs_seen: tuple[str, ...] = ()
        self._pending: dict[str, str] = {}
        self._flush = Throttle(self._show_pieces, _FRAME_MS, self)
        self._idle = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self._idle.timeout.connect(self._let_go)
        self.chooser = Chooser()
        self.new = Button("New chat", icon="plus")
        self.judge = Button("Judge pairs", icon="preferences")
        self.settings = Button("Settings", icon="tune")
        self.settings.setCheckable(True)
        self.talk = Talk(self.chat)
        self.banner, self.transcript = self.talk.banner, self.talk.transcript
        self.legend, self.composer = self.talk.legend, self.talk.composer
        self.drawer = Drawer()
        self.tryout = TryPanel(services)
        self._lay_out()
        self._join()
        self._refresh()

    def entered(self, **context: Any) -> None:
        """Turn to the ``run`` or ``model`` named in ``context``, else stay with the model at hand."""
        run, model = context.get("run"), context.get("model")
        self._idle.stop()
        self._named = f"{RUN}{run}" if run else str(model) if model else None
        self._look_for_models()
        self._focus()

    def left(self) -> None:
        """Give the model's memory back when nobody returns for a while."""
        if self.chat.stage in ("ready", "answering") or self._tries:
            self._idle.start()

    def closed(self) -> None:
        """Stop every timer and hear no more answers; the workbench ends the child."""
        self._calls.drop_all()
        self.tryout.closed()
        self._idle.stop()
        self._flush.close()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = Text("Chat", "title", wrap=False)
        words.addWidget(self._title)
        self._subtitle = Text("", "body", "text2", elide=True)
        words.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self.chooser, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.new, self.judge, self.settings):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        main = QVBoxLayout()
        main.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, 16)
        main.setSpacing(12)
        main.addLayout(head)
        main.addWidget(self.talk, 1)
        main.addWidget(self.tryout, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(main, 1)
        row.addWidget(self.drawer)
        self.drawer.hide()

    def _join(self) -> None:
        self.chooser.activated.connect(self._on_chosen)
        self.new.clicked.connect(self._new_chat)
        self.judge.clicked.connect(lambda: self.navigate.emit("preferences", {"run": self.chat.run}))
        self.settings.toggled.connect(self._show_drawer)
        self.drawer.closed.connect(lambda: self.settings.setChecked(False))
        self.drawer.changed.connect(self._on_settings)
        self.composer.asked.connect(self._ask)
        self.composer.stopped.connect(self._stop)
        self.transcript.example_chosen.connect(self._on_example)
        self.transcript.acted.connect(self._on_acted)
        self.talk.judged.connect(self._refresh)
        self.banner.acted.connect(self._dismiss)
        self._services.runs.changed.connect(self._on_runs)
        for key, slot in (
            ("Esc", self._stop),
            ("Ctrl+Shift+N", self._new_chat),
            ("Alt+1", lambda: self.talk.vote_last(0)),
            ("Alt+2", lambda: self.talk.vote_last(None)),
            ("Alt+3", lambda: self.talk.vote_last(1)),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self.new.setToolTip("Ctrl+Shift+N")

    # models

    def _look_for_models(self) -> None:
        self._calls.start("models", "models", succeeded=self._on_models, failed=self._on_broken)

    def _on_models(self, result: dict[str, Any]) -> None:
        self.chat.offer(choices_from(result))
        wanted = self.chat.wanted(self._named)
        self._named = None
        if wanted is not None and (wanted != self.chat.chosen or self.chat.stage in ("nothing", "broken")):
            self._load(wanted)
        self._refresh()

    def _on_runs(self) -> None:
        finished = tuple(summary.folder for summary in self._services.runs.summaries() if summary.has_model)
        if finished != self._runs_seen:
            self._runs_seen = finished
            if self.isVisible():
                self._look_for_models()

    def _on_chosen(self, index: int) -> None:
        choice = self.chat.choices[index]
        if choice != self.chat.chosen or self.chat.stage == "broken":
            self._load(choice)
        self._focus()

    @property
    def _tries(self) -> bool:
        """Whether the model at hand is no chat, and is tried instead."""
        return self.chat.chosen is not None and self.chat.chosen.use in TRIED

    def _focus(self) -> None:
        if self._tries:
            self.tryout.focus()
        else:
            self.composer.edit.setFocus()

    def _load(self, choice: Choice) -> None:
        self._calls.drop("chat")
        self._calls.drop("load")
        if choice.use in TRIED:
            self._let_go(anyway=True)
            self.chat.turn_away(choice)
            self.settings.setChecked(False)
            self.tryout.show_model(choice)
            self._refresh()
            self._focus()
            return
        self.tryout.let_go()
        self._calls.start(
            "load",
            "chat_load",
            self.chat.choose(choice),
            lane=CHAT,
            streamed=self._on_loading,
            succeeded=self._on_loaded,
            failed=self._on_broken,
        )
        self._refresh()

    def _on_loading(self, piece: dict[str, Any]) -> None:
        self.chat.loading(piece)
        self._refresh()

    def _on_loaded(self, result: dict[str, Any]) -> None:
        self.chat.loaded(result)
        self._refresh()

    def _on_broken(self, error: UserError) -> None:
        self.chat.broke(error)
        self._refresh()

    def _let_go(self, *, anyway: bool = False) -> None:
        if self.isVisible() and not anyway:
            return
        if self.chat.stage == "ready":
            self._services.workbench.request("chat_unload", lane=CHAT)
        if not anyway:
            self.tryout.let_go()

    # asking

    def _ask(self, question: str) -> None:
        params = self.chat.ask(question)
        if params is None:
            self.composer.take(question)
            return
        self._calls.start(
            "chat",
            "chat",
            params,
            lane=CHAT,
            streamed=self._on_piece,
            succeeded=self._on_answered,
            failed=self._on_failed,
        )
        self._refresh()
        self.transcript.follow()

    def _stop(self) -> None:
        if self.chat.stage == "answering":
            self._calls.stop("chat")

    def _on_piece(self, piece: dict[str, Any]) -> None:
        if "contender" not in piece:
            return  # the model is being loaded again, after it was let go
        contender = str(piece["contender"])
        self._pending[contender] = self._pending.get(contender, "") + self.chat.piece(piece)
        self._flush()

    def _show_pieces(self) -> None:
        pieces, self._pending = self._pending, {}
        for contender, text in pieces.items():
            self.transcript.append(contender, text)
        self.transcript.refresh_last()

    def _on_answered(self, result: dict[str, Any]) -> None:
        self._flush.close()
        self._show_pieces()
        self.chat.answered(result)
        self._refresh()

    def _on_failed(self, error: UserError) -> None:
        self._flush.close()
        self._show_pieces()
        self.chat.failed(error)
        self._refresh()

    def _new_chat(self) -> None:
        self._calls.drop("chat")
        self._flush.close()
        self._pending = {}
        self.chat.new_chat()
        self._refresh()
        self.composer.edit.setFocus()

    def _on_example(self, prompt: str) -> None:
        if self.chat.can_ask:
            self._ask(prompt)
        else:
            self.composer.take(prompt)

    def _on_acted(self) -> None:
        if self.chat.stage == "broken" and self.chat.chosen is not None:
            self._load(self.chat.chosen)
        elif self.chat.stage == "broken":
            self._look_for_models()
        else:
            self.navigate.emit("wizard", {})

    def _dismiss(self) -> None:
        if self.chat.stage == "broken" and self.chat.chosen is not None:
            self._load(self.chat.chosen)
            return
        self.chat.error = None
        self._refresh()

    # settings and judging

    def _show_drawer(self, shown: bool) -> None:
        self.drawer.setVisible(shown)
        if shown:
            self.drawer.show_chat(self.chat)
            self.drawer.system.setFocus()
        else:
            self.composer.edit.setFocus()

    def _on_settings(self, sampling: Sampling, system: str) -> None:
        self.chat.sampling, self.chat.system = sampling, system
        self._refresh()

    # showing

    def _refresh(self) -> None:
        chat = self.chat
        self._title.setText("Try it" if self._tries else "Chat")
        self.talk.setVisible(not self._tries)
        self.tryout.setVisible(self._tries)
        for button in (self.new, self.settings):
            button.setVisible(not self._tries)
        both = len(chat.contenders) != 1
        together = "Same question, same settings." if both else "One model, alone."
        self._subtitle.setText(self.tryout.tryout.invites if self._tries else together)
        self.chooser.show_choices(chat.choices, chat.chosen)
        self.talk.refresh(both=both)
        self.judge.setVisible(bool(chat.run) and not self._tries)
        self.new.setEnabled(bool(chat.turns))
