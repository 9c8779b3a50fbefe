"""The help texts, shown as they lie in the program, offline; it knows how to show Markdown and no topic."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QFont, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from desktop.flow.help import Topic, topics
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.components.nav import NavRow
from desktop.views.components.scroll import ScrollArea
from desktop.views.page import Page
from desktop.views.services import Services
from desktop.views.theme.theme import Theme

_LIST = 280
_TEXT = 720


def create(services: Services) -> Page:
    """Return the page."""
    return HelpPage(services)


class Reader(QTextBrowser):
    """One text in reading type; links lead to other topics, and nothing is ever fetched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._markdown = ""
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Help text")
        self.document().setDocumentMargin(0)
        self._theme.changed.connect(self._render)

    def show_markdown(self, text: str) -> None:
        """Show ``text`` from its beginning."""
        self._markdown = text
        self._render()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short enough to read; the scroll bar stays at the edge."""
        self.setViewportMargins(0, 0, max(0, self.width() - self._theme.px(_TEXT)), 0)
        super().resizeEvent(event)

    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Load nothing: a help text holds no pictures, and no text may reach for a file or the network."""
        return None

    def _render(self) -> None:
        theme = self._theme
        document = self.document()
        document.setDefaultFont(theme.font("reading"))
        document.setMarkdown(self._markdown, document.MarkdownFeature.MarkdownDialectGitHub)
        cursor = QTextCursor(document)
        block = document.begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            cursor.setPosition(block.position())
            layout = QTextBlockFormat()
            layout.setLineHeight(100.0 if level else 135.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            layout.setTopMargin(theme.px(22) if level > 1 else 0)
            layout.setBottomMargin(theme.px(8 if block.textList() is None else 4))
            cursor.mergeBlockFormat(layout)
            if level:
                look = QTextCharFormat()
                font = QFont(theme.font("title" if level == 1 else "section"))
                look.setFont(font)
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(look)  # not merged: Markdown's own format of a heading makes it larger still
            block = block.next()


class HelpPage(Page):
    """The list of topics and the one that is open."""

    name: ClassVar[str] = "help"
    title: ClassVar[str] = "Help"

    def __init__(self, services: Services) -> None:
        """Build the page with the first topic open."""
        super().__init__()
        self._topics: list[Topic] = topics()
        self._rows: list[NavRow] = []
        self.reader = Reader()
        self.reader.anchorClicked.connect(self._on_link)
        self._group = QButtonGroup(self)
        rows = QVBoxLayout()
        rows.setSpacing(2)
        for index, topic in enumerate(self._topics):
            row = NavRow(topic.title, topic.note)
            row.clicked.connect(lambda _=False, index=index: self._show(index))
            self._group.addButton(row)
            self._rows.append(row)
            rows.addWidget(row)
        rows.addStretch(1)
        holder = QWidget()
        holder.setLayout(rows)
        rows.setContentsMargins(0, 0, 8, 0)
        side = QVBoxLayout()
        side.setSpacing(14)
        side.addWidget(Text("Help", "title"))
        scroll = ScrollArea(holder)
        scroll.setFixedWidth(_LIST)
        side.addWidget(scroll, 1)
        card = Card(padding=0)
        across = QHBoxLayout()
        across.setContentsMargins(40, 32, 16, 16)
        across.addWidget(self.reader)
        card.body.addLayout(across)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(32, 28, 32, 24)
        whole.setSpacing(24)
        whole.addLayout(side)
        whole.addWidget(card, 1)
        if self._topics:
            self._show(0)

    def entered(self, **context: Any) -> None:
        """Open the topic that ``topic`` names."""
        wanted = context.get("topic")
        for index, topic in enumerate(self._topics):
            if topic.id == wanted:
                self._show(index)

    def _show(self, index: int) -> None:
        self._rows[index].setChecked(True)
        self.reader.show_markdown(self._topics[index].text())

    def _on_link(self, url: QUrl) -> None:
        target = url.toString().removesuffix(".md")
        for index, topic in enumerate(self._topics):
            if target in (topic.id, topic.file.stem):
                self._show(index)
                self.reader.setFocus(Qt.FocusReason.OtherFocusReason)
