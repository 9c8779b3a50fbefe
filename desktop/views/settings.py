"""The settings of the window, each with what it does in words; a change works at once and is kept at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop import __version__, paths
from desktop.flow.settings import TEXT_SIZES, THEMES
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.fields import SpinBox
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.components.segments import Segments
from desktop.views.page import Page
from desktop.views.services import Services

_WIDTH = 840
_THEME_ICONS = {"system": "screen", "light": "sun", "dark": "moon", "high_contrast": "contrast"}


def create(services: Services) -> Page:
    """Return the page."""
    return SettingsPage(services)


class SettingsPage(Page):
    """Look, work, workspace and what is sent (nothing)."""

    name: ClassVar[str] = "settings"
    title: ClassVar[str] = "Settings"

    def __init__(self, services: Services) -> None:
        """Build the page, showing what is set."""
        super().__init__()
        self._services = services
        values = services.settings.values
        self.theme = Segments([(name, title, _THEME_ICONS[name]) for name, title in THEMES], "Theme")
        self.theme.choose(values.theme)
        self.theme.chosen.connect(lambda name: services.settings.change(theme=name))
        self.text_size = Segments([(str(size), title, "") for size, title in TEXT_SIZES], "Text size")
        self.text_size.choose(str(values.text_size))
        self.text_size.chosen.connect(lambda size: services.settings.change(text_size=float(size)))
        self.threads = SpinBox(0, 512)
        self.threads.setSpecialValueText("Automatic")
        self.threads.setValue(values.threads)
        self.threads.setFixedWidth(120)
        self.threads.setAccessibleName("Processor threads for training")
        self.threads.valueChanged.connect(lambda number: services.settings.change(threads=number))
        self._lay_out(list(services.settings.problems))

    def entered(self, **context: Any) -> None:
        """Show what is set now."""
        values = self._services.settings.values
        self.theme.choose(values.theme)
        self.text_size.choose(str(values.text_size))

    def _lay_out(self, problems: Sequence[str]) -> None:
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addWidget(Text("Settings", "title"))
        for sentence in problems:
            column.addWidget(Text(sentence, "help", "warn"))
        column.addWidget(
            _card(
                "Look",
                _row("Theme", "High contrast uses black on white and full edges everywhere.", self.theme),
                _row("Text size", "All text and every control grows with it.", self.text_size),
            )
        )
        column.addWidget(
            _card(
                "Training",
                _row(
                    "Processor threads",
                    "For trainings started from now on. Automatic leaves one core free, so that this window stays "
                    "quick. It changes nothing where a GPU trains.",
                    self.threads,
                ),
            )
        )
        column.addWidget(_card("Workspace", self._workspace(), self._privacy()))
        column.addWidget(_card("About", _row("Fettle", f"Version {__version__}", QWidget())))
        column.addStretch(1)
        content = QWidget()
        across = QHBoxLayout(content)
        across.setContentsMargins(32, 28, 32, 24)
        holder = QWidget()
        holder.setMaximumWidth(_WIDTH)
        column.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(column)
        across.addWidget(holder, 1000)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ScrollArea(content))

    def _workspace(self) -> QWidget:
        folder = str(paths.workspace())
        show, copy = Button("Open folder", icon="folder"), Button("Copy path", "ghost", "copy")
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(folder)))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(folder))
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(copy)
        row.addWidget(show)
        where = Text(folder, "mono", "text2", elide="middle")
        return _row(
            "Folder",
            "Runs, preferences and models of your own. Another one is used when FETTLE_WORKSPACE names it before the "
            "start.",
            buttons,
            where,
        )

    def _privacy(self) -> QWidget:
        return _row(
            "Offline",
            "Nothing is sent and nothing is fetched: trainings and chats run with the libraries' network access shut. "
            "Models come from this machine: the bundled ones, folders of yours, your runs, and what a hub cache "
            "already holds.",
            Chip("Always on", "ok", "offline"),
        )


def _card(title: str, *rows: QWidget) -> Card:
    card = Card(padding=20)
    card.body.setSpacing(14)
    card.body.addWidget(Text(title, "section"))
    for index, row in enumerate(rows):
        if index:
            card.body.addWidget(Divider())
        card.body.addWidget(row)
    return card


def _row(title: str, help: str, control: QWidget, *more: QWidget) -> QWidget:
    words = QVBoxLayout()
    words.setSpacing(3)
    words.addWidget(Text(title, "label"))
    for part in more:
        words.addWidget(part)
    words.addWidget(Text(help, "help", "text2"))
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(24)
    row.addLayout(words, 1)
    row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
    return whole
