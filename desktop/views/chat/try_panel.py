"""A model that is no chat under trial: a text, what it says of it, what was tried before, and whole files of texts.

What is asked and what the answers mean is decided in ``flow.tryout``; the model answers in the workbench.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.calls import Calls
from desktop.bridge.throttle import Throttle
from desktop.bridge.workbench import CHAT
from desktop.engine.errors import UserError
from desktop.flow.chat_model import Choice
from desktop.flow.tryout import TextFile, Tryout
from desktop.flow.tryout_file import read_texts, save_answers
from desktop.views.chat.try_edit import TryEdit
from desktop.views.chat.try_file import FileTable
from desktop.views.chat.try_result import ResultCard
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.open_file import ask_for_data_file
from desktop.views.run import places
from desktop.views.services import Services
from desktop.views.theme.theme import Theme

_TEXT_HEIGHT, _QUESTION_HEIGHT = 84, 52
_REPAINT_MS = 250


class TryPanel(QWidget):
    """One model to be tried.

    Attributes:
        tryout: what was asked and said.
        question: of a reward model, the question.
        edit: the text, or the answer to be rated.
        results: what was tried, the newest first.
        file_table: the answers to a file, while one is open.
    """

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        """Build the panel; nothing is loaded before a model is shown."""
        super().__init__(parent)
        self._services = services
        self._theme = Theme.instance_of(self)
        self._calls = Calls(services.workbench)
        self._repaint = Throttle(self._show_file, _REPAINT_MS, self)
        self.tryout = Tryout()
        self.question_label = Text("Question", "label", wrap=False)
        self.question = TryEdit("Question", "What was asked")
        self.edit_label = Text("Text", "label", wrap=False)
        self.edit = TryEdit("Text to try", "Write or paste a text")
        self.run = Button("Try", "primary", "play")
        self.stop = Button("Stop", icon="stop")
        self.file = Button("Try a file\N{HORIZONTAL ELLIPSIS}", icon="file")
        self.waits = Text("", "help", "text2", wrap=False)
        self.banner = Banner("bad", "")
        self.results: list[ResultCard] = []
        self.file_table = FileTable()
        self._lay_out()
        self._join()
        self._restyle()
        self._refresh()

    def show_model(self, choice: Choice) -> None:
        """Turn to ``choice`` and load it, unless it is loaded."""
        same = self.tryout.choice is not None and self.tryout.choice.ref == choice.ref
        if same and self.tryout.stage not in ("nothing", "broken"):
            self._refresh()
            return
        self._calls.drop_all()
        params = self.tryout.choose(choice)
        self._calls.start(
            "load", "predict", params, lane=CHAT,
            streamed=self._on_news, succeeded=lambda _: self._on_loaded(), failed=self._on_broken,
        )  # fmt: skip
        self._refresh()

    def let_go(self) -> None:
        """Give the memory of the models back; the next try loads them again."""
        if self.tryout.stage in ("ready", "broken"):
            self.tryout.stage = "nothing"
            self._services.workbench.request("predict_unload", lane=CHAT)

    def focus(self) -> None:
        """Go where one writes first."""
        (self.question if self.tryout.rates else self.edit).setFocus()

    def closed(self) -> None:
        """Hear no more answers."""
        self._calls.drop_all()
        self._repaint.close()

    def _lay_out(self) -> None:
        acts = QHBoxLayout()
        acts.setSpacing(8)
        for button in (self.run, self.stop):
            acts.addWidget(button)
        acts.addSpacing(4)
        acts.addWidget(Keycap("Ctrl+Enter"))
        acts.addWidget(Text("tries", "help", "text2", wrap=False))
        acts.addSpacing(8)
        acts.addWidget(self.waits)
        acts.addStretch(1)
        acts.addWidget(self.file)
        card = Card(padding=16)
        card.body.setSpacing(6)
        for widget in (self.question_label, self.question, self.edit_label, self.edit):
            card.body.addWidget(widget)
        card.body.addSpacing(4)
        card.body.addLayout(acts)
        holder = QWidget()
        self._history = QVBoxLayout(holder)
        self._history.setContentsMargins(0, 0, 8, 0)
        self._history.setSpacing(12)
        self._history.addStretch(1)
        self._scroll = ScrollArea(holder)
        self._scroll.setAccessibleName("What was tried")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card)
        column.addWidget(self.banner)
        column.addWidget(self.file_table, 1)
        column.addWidget(self._scroll, 1)

    def _join(self) -> None:
        self.run.clicked.connect(self._try)
        self.stop.clicked.connect(self._stop)
        self.file.clicked.connect(self._ask_file)
        self.edit.textChanged.connect(self._show_acts)
        self.question.textChanged.connect(self._show_acts)
        self.banner.acted.connect(self._on_banner)
        self.file_table.save_wanted.connect(self._save)
        self.file_table.stop_wanted.connect(self._stop)
        self.file_table.closed.connect(self._close_file)
        for key, slot in (("Ctrl+Return", self._try), ("Ctrl+Enter", self._try), ("Esc", self._stop)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self._theme.changed.connect(self._restyle)

    # loading

    def _on_news(self, piece: dict[str, Any]) -> None:
        self.tryout.news(piece)
        self._show_acts()

    def _on_loaded(self) -> None:
        self.tryout.loaded()
        self._refresh()

    def _on_broken(self, error: UserError) -> None:
        self.tryout.broke(error)
        self._refresh()

    # trying

    def _try(self) -> None:
        self._close_file()
        params = self.tryout.ask(self.edit.toPlainText(), self.question.toPlainText())
        if params is not None:
            self._ask("try", params, self._on_answered)
            self._refresh()

    def _on_answered(self, result: dict[str, Any]) -> None:
        self.tryout.answered(result)
        beside = self.tryout.ask_base()
        if beside is None:
            self.tryout.over()
        else:
            self._ask("try", beside, self._on_base_answered)
        self._refresh()

    def _on_base_answered(self, result: dict[str, Any]) -> None:
        self.tryout.answered(result, base=True)
        self.tryout.over()
        self._refresh()

    def _ask(self, kind: str, params: dict[str, object], succeeded: Any) -> None:
        self._calls.start(
            kind, "predict", params, lane=CHAT, streamed=self._on_news, succeeded=succeeded, failed=self._on_failed
        )

    def _on_failed(self, error: UserError) -> None:
        self.tryout.failed(error)
        self._refresh()

    def _stop(self) -> None:
        for kind in ("try", "file"):
            if self.tryout.stage == "working":
                self._calls.stop(kind)

    # a file of texts

    def _ask_file(self) -> None:
        file = ask_for_data_file(self)
        if file:
            self.open_file(Path(file))

    def open_file(self, path: Path) -> None:
        """Answer every text of the file at ``path``."""
        rates, prompt = self.tryout.rates, self.question.toPlainText().strip()
        task = self._services.tasks.run(lambda: read_texts(path, rates=rates, prompt=prompt))
        task.succeeded.connect(self._begin_file)
        task.failed.connect(self._tell)

    def _begin_file(self, file: TextFile) -> None:
        params = self.tryout.ask_file(file)
        if params is None:
            return
        self.file_table.forget()
        self._calls.start(
            "file", "predict", params, lane=CHAT,
            streamed=self._on_file_piece, succeeded=lambda _: self._on_file_over(), failed=self._on_file_over,
        )  # fmt: skip
        self._refresh()

    def _on_file_piece(self, piece: dict[str, Any]) -> None:
        self.tryout.file_piece(piece)
        self._repaint()

    def _on_file_over(self, error: UserError | None = None) -> None:
        self.tryout.file_over(error)
        self._repaint.close()
        self._refresh()

    def _close_file(self) -> None:
        if self.tryout.batch is not None and self.tryout.batch.over:
            self.tryout.batch = None
            self._refresh()

    def _save(self) -> None:
        batch = self.tryout.batch
        if batch is None:
            return
        name = f"{Path(batch.file.name).stem}-answers.csv"
        path = places.ask_file(self, "Save answers", name, "CSV (*.csv);;JSON lines (*.jsonl)")
        if path is None:
            return
        task = self._services.tasks.run(lambda: save_answers(path, batch.said))
        task.succeeded.connect(lambda made: self._say("ok", "Saved", str(made)))
        task.failed.connect(self._tell)

    # showing

    def _tell(self, error: UserError) -> None:
        self._say("bad", error.message, error.hint)

    def _say(self, tone: str, title: str, text: str) -> None:
        self.banner.set(tone, title, text, "OK")
        self.banner.show()

    def _on_banner(self) -> None:
        choice = self.tryout.choice
        self.tryout.error = None
        if self.tryout.stage == "broken" and choice is not None:
            self.show_model(choice)
        self.banner.hide()

    def _refresh(self) -> None:
        tryout = self.tryout
        for widget in (self.question_label, self.question):
            widget.setVisible(tryout.rates)
        self.edit_label.setText("Answer" if tryout.rates else "Text")
        self.edit.setAccessibleName("Answer to rate" if tryout.rates else "Text to try")
        error = tryout.error
        self.banner.setVisible(error is not None)
        if error is not None:
            self.banner.set("bad", error.message, error.hint, "Load again" if tryout.stage == "broken" else "OK")
        self._show_acts()
        self._show_file()
        self._show_history()

    def _show_acts(self) -> None:
        working = self.tryout.stage == "working"
        written = bool(self.edit.toPlainText().strip())
        asked = not self.tryout.rates or bool(self.question.toPlainText().strip())
        self.run.setVisible(not working)
        self.run.setEnabled(self.tryout.stage == "ready" and written and asked)
        self.stop.setVisible(working)
        self.file.setEnabled(self.tryout.stage == "ready")
        self.waits.setText(self.tryout.waits)

    def _show_file(self) -> None:
        batch, choice = self.tryout.batch, self.tryout.choice
        self.file_table.setVisible(batch is not None)
        self._scroll.setVisible(batch is None)
        if batch is not None and choice is not None:
            self.file_table.show_batch(batch, choice.use)

    def _show_history(self) -> None:
        while self._history.count() > 1:
            item = self._history.takeAt(0)
            if (widget := item.widget() if item else None) is not None:
                widget.hide()
                widget.deleteLater()
        tried = self.tryout.tried
        self.results = [
            ResultCard(one, tried[place + 1] if place + 1 < len(tried) else None, compares=bool(self.tryout.base))
            for place, one in enumerate(tried)
        ]
        for place, card in enumerate(self.results):
            self._history.insertWidget(place, card)

    def _restyle(self) -> None:
        px = self._theme.px
        for edit, height in ((self.question, _QUESTION_HEIGHT), (self.edit, _TEXT_HEIGHT)):
            edit.setFont(self._theme.font("reading"))
            edit.setFixedHeight(px(height))
