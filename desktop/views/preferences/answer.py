"""One answer as it stands on the screen, with its key and its length; it knows neither sides nor votes."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.keycap import Keycap
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.components.scroll import ScrollArea
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import RADIUS_CARD

_NARROW, _WIDE, _WIDE_FROM = 640, 720, 1680
_SIDES = 27
_BLANK = re.compile(r"\n[ \t]*\n")


def paragraph_text(role: str) -> Text:
    """Return a text that is exactly as tall as its lines at the width it has, never as tall as if it were narrower."""
    text = Text("", role)
    text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    policy = text.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    text.setSizePolicy(policy)
    return text


class AnswerCard(QWidget):
    """A card with a scrolling text.

    Attributes:
        area: what scrolls.
    """

    def __init__(self, key: str, name: str, parent: QWidget | None = None) -> None:
        """Show an empty answer called ``name``, chosen by ``key``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._chosen = False
        self._name = name
        self._cap = Keycap(key)
        self._title = Text(name, "strong", "text2", wrap=False)
        self._length = Text("", "help", "text2", wrap=False)
        self._text = ""
        self._paragraphs: list[Text] = []
        head = QHBoxLayout()
        head.setContentsMargins(_SIDES, 0, 20, 0)
        head.setSpacing(8)
        head.addWidget(self._cap)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._length)
        self._page = QWidget()
        self._inside = QVBoxLayout(self._page)
        self._inside.setContentsMargins(_SIDES, 0, 20, 16)
        self._inside.setSpacing(10)
        self._inside.addStretch(1)
        self.area = ScrollArea(self._page)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 14, 1, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self._theme.changed.connect(self.update)

    def show_answer(self, text: str) -> None:
        """Show ``text`` from its beginning."""
        if text == self._text:
            return
        self._text = text
        self._set_paragraphs([part.strip("\n") for part in _BLANK.split(text.strip()) if part.strip()])
        words = len(text.split())
        self._length.setText(f"{words:,} word" if words == 1 else f"{words:,} words")
        self.setAccessibleName(f"{self._name}, {self._length.text()}")
        self.setAccessibleDescription(text)
        self.area.verticalScrollBar().setValue(0)

    def set_chosen(self, chosen: bool) -> None:
        """Mark the answer as the better one, or no longer."""
        if chosen != self._chosen:
            self._chosen = chosen
            tone = "accent" if chosen else "text2"
            self._cap.set_tone(tone)
            self._title.set_tone(tone)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short enough to read."""
        super().resizeEvent(event)
        for paragraph in self._paragraphs:
            self._fit(paragraph)

    def _fit(self, paragraph: Text) -> None:
        wide = self.window().width() >= _WIDE_FROM
        paragraph.setMaximumWidth(self._theme.px(_WIDE if wide else _NARROW))
        paragraph.set_role("annotator_wide" if wide else "annotator")

    def _set_paragraphs(self, parts: list[str]) -> None:
        """Show each part a little apart from the next; labels are kept from one pair to the next."""
        while len(self._paragraphs) < len(parts):
            paragraph = paragraph_text("annotator")
            self._fit(paragraph)
            self._inside.insertWidget(len(self._paragraphs), paragraph)
            self._paragraphs.append(paragraph)
        for index, paragraph in enumerate(self._paragraphs):
            paragraph.setVisible(index < len(parts))
            paragraph.setText(parts[index] if index < len(parts) else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card, with a strong edge where it is the better one."""
        edge, width = ("accent", 2.0) if self._chosen else ("line", 1.0)
        color = self._theme.color
        box(begin(self), self.rect(), RADIUS_CARD, color("surface"), color(edge), width)
