"""What the conversation shows before the first question: what to do, how much the model knows, what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.chat import Chat
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text

_WIDTH = 520


class Start(QWidget):
    """The place of the conversation while it is empty.

    Signals:
        example_chosen: a question to begin with.
        acted: the button was pressed: make a model, or load it again.
    """

    example_chosen = Signal(str)
    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without words."""
        super().__init__(parent)
        middle = Qt.AlignmentFlag.AlignHCenter
        self._glyph = Glyph("chat", 32)
        self.title = Text("", "section", align=middle)
        self.text = Text("", "body", "text2", align=middle)
        self.banner = Banner("bad", "")
        self.banner.acted.connect(self.acted)
        self.button = Button("", "primary")
        self.button.clicked.connect(self.acted)
        self.note = Text("", "help", "text2", align=middle)
        self.examples: list[Button] = []
        self._examples = QVBoxLayout()
        self._examples.setSpacing(8)
        holder = QWidget()
        holder.setFixedWidth(_WIDTH)  # a centred paragraph needs a width to know its height
        column = QVBoxLayout(holder)
        column.setSpacing(8)
        column.addWidget(self._glyph, 0, middle)
        column.addSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addWidget(self.banner)
        column.addSpacing(8)
        column.addLayout(self._examples)
        column.addWidget(self.button, 0, middle)
        column.addSpacing(8)
        column.addWidget(self.note)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(holder)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(across)
        outer.addStretch(3)

    def show_chat(self, chat: Chat) -> None:
        """Say what fits the state of ``chat``."""
        title, text, button = _words(chat)
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button) and chat.stage == "nothing")
        broken = chat.error is not None and chat.stage == "broken"
        self.banner.setVisible(broken)
        if chat.error is not None and broken:
            self.banner.set("bad", chat.error.message, chat.error.hint, "Load again")
        ready = chat.stage in ("ready", "answering", "loading")
        self.note.setText(chat.small_world if ready else "")
        self.note.setVisible(bool(self.note.text()))
        self._show_examples(chat.examples() if ready else [])

    def _show_examples(self, prompts: list[str]) -> None:
        if [button.text() for button in self.examples] == prompts:
            return
        for button in self.examples:
            self._examples.removeWidget(button)
            button.deleteLater()
        self.examples = []
        for prompt in prompts:
            button = Button(prompt.replace("&", "&&"))
            button.setAccessibleName(f"Ask: {prompt}")
            button.clicked.connect(lambda _=False, prompt=prompt: self.example_chosen.emit(prompt))
            self._examples.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            self.examples.append(button)


def _words(chat: Chat) -> tuple[str, str, str]:
    if chat.stage == "nothing":
        return (
            "No model to talk with yet",
            "Tune one, and it will answer here beside the model it came from.",
            "New fine-tune",
        )
    if chat.stage == "broken":
        return "The model is not loaded", "", ""
    if chat.stage == "loading":
        return chat.waits, "You can write your question meanwhile.", ""
    if len(chat.contenders) == 1:
        return (
            "Ask the model something",
            "This model was not tuned here, so it answers alone. Choose a run above to compare it with its base.",
            "",
        )
    return (
        "Ask both the same question",
        "Both get the same words, settings and seed. Only the tuning differs.",
        "",
    )
