"""The Models page: every model at hand, its facts and lineage, what can be done with it; ``flow.models`` decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from desktop.bridge.calls import Calls
from desktop.engine.errors import UserError
from desktop.flow.models import ModelRow, count_words, rows_from
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.empty import EmptyState
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.components.table import Cell, Column, Table
from desktop.views.family import open_family
from desktop.views.page import Page
from desktop.views.run.ranks import open_ranks
from desktop.views.services import Services

_MARGIN = 28
_DETAIL = 348
_COLUMNS = (
    Column("Model"),
    Column("Where from", 160),
    Column("Does", 130),
    Column("Parameters", 110, number=True),
    Column("On disk", 100, number=True),
)


def create(services: Services) -> Page:
    """Return the page."""
    return ModelsPage(services)


class ModelDetail(Card):
    """One model, and what can be done with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without a model."""
        super().__init__(padding=0, parent=parent)
        self.setFixedWidth(_DETAIL)
        self.title = Text("", "figure")
        self.chip = Chip("")
        self.kind = Text("", "body", "text2")
        self.problem = Banner("warn", "")
        self.chat = Button("Chat", "primary", "chat")
        self.base = Button("Use as base", icon="tune")
        self.folder = Button("Open folder", icon="folder")
        self.copy = Button("Copy path", "link", "copy")
        self.ranks = Button("Rank report", "link", "columns")
        self.family = Button("Family tree", "link", "merge")
        self.results = Text("", "body", "text2")
        self._made_head = Text("How it was made", "section", wrap=False)
        self.made = Text("", "body", "text2")
        self._facts = QGridLayout()
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setHorizontalSpacing(16)
        self._facts.setVerticalSpacing(6)
        self._facts.setColumnStretch(1, 1)
        self._values: dict[str, Text] = {}
        for place, name in enumerate(("Parameters", "On disk", "Longest text", "Name in a job")):
            self._values[name] = Text("", "mono" if place == 3 else "body", elide="middle", tabular=True)
            self._facts.addWidget(Text(name, "body", "text2", wrap=False), place, 0)
            self._facts.addWidget(self._values[name], place, 1)
        self.path = Text("", "mono", "text2", selectable=True)
        self._lay_out()

    def show_row(self, row: ModelRow) -> None:
        """Show ``row``."""
        self.title.setText(row.title)
        self.chip.set(row.source, "accent" if row.run else "neutral", "")
        self.kind.setText(row.kind_sentence)
        self.kind.setVisible(bool(row.kind_sentence))
        self.problem.set("warn", "This model cannot be used", row.problem)
        self.problem.setVisible(bool(row.problem))
        shown = {"Parameters": row.parameters, "On disk": row.size, "Longest text": "", "Name in a job": row.ref}
        shown["Longest text"] = f"{row.context} tokens" if row.context else ""
        for name, text in shown.items():
            self._values[name].setText(text or "\N{EN DASH}")
        self.results.setText(row.results)
        self.results.setVisible(bool(row.results))
        self.ranks.setVisible(bool(row.run) and row.usable)
        self.path.setText(str(row.folder))
        self._made_head.setText("How it was made" if row.making else "Family")
        self.made.setText(row.making)
        self.made.setVisible(bool(row.making))
        self.family.setVisible(row.usable)
        self.chat.setText("Chat" if row.talks else "Try it")
        self.chat.setVisible(row.talks or row.tries)
        self.base.setEnabled(row.usable)
        self.base.set_kind("secondary" if row.talks or row.tries else "primary")
        # Paragraphs tell an area that scrolls only the height of one line, and would be squeezed instead of scrolled.
        self._inner.setMinimumHeight(self._column.totalHeightForWidth(_DETAIL))

    def _lay_out(self) -> None:
        self._inner = inner = QWidget()
        self._column = column = QVBoxLayout(inner)
        column.setContentsMargins(20, 20, 20, 12)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addWidget(self.chip)
        column.addWidget(self.kind)
        column.addWidget(self.problem)
        column.addLayout(self._facts)
        column.addWidget(Divider())
        column.addWidget(self._made_head)
        column.addWidget(self.made)
        column.addWidget(self.results)
        more = QHBoxLayout()
        more.setSpacing(16)
        more.addWidget(self.family)
        more.addWidget(self.ranks)
        more.addStretch(1)
        column.addLayout(more)
        column.addWidget(Text("Folder", "section", wrap=False))
        column.addWidget(self.path)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.path.text()))
        acts = QVBoxLayout()
        acts.setContentsMargins(20, 8, 20, 20)
        acts.setSpacing(8)
        acts.addWidget(self.chat)
        pair = QHBoxLayout()
        pair.setSpacing(8)
        pair.addWidget(self.base, 1)
        pair.addWidget(self.folder, 1)
        acts.addLayout(pair)
        self.body.setSpacing(0)
        self.body.addWidget(ScrollArea(inner), 1)
        self.body.addLayout(acts)


class ModelsPage(Page):
    """The list at the left, the chosen model at the right."""

    name: ClassVar[str] = "models"
    title: ClassVar[str] = "Models"

    def __init__(self, services: Services) -> None:
        """Build the page; nothing is looked for before it is entered."""
        super().__init__()
        self._services = services
        self._calls = Calls(services.workbench)
        self._rows: list[ModelRow] = []
        self._shown: list[ModelRow] = []
        self._chosen = ""
        self._own = ""
        self._runs_seen: tuple[str, ...] = ()
        self.count = Text("", "body", "text2", elide=True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search name, kind, origin")
        self.search.setAccessibleName("Search models")
        self.search.setFixedWidth(232)
        self.search.setClearButtonEnabled(True)
        self.own = Button("Open models folder", icon="folder")
        self.own.setToolTip("Models you put into this folder are listed here")
        self.banner = Banner("bad", "")
        self.table = Table(_COLUMNS, name="Models", row_height=50)
        self.detail = ModelDetail()
        self.empty = EmptyState("models", "", "")
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.own.clicked.connect(lambda: self._open(Path(self._own)))
        self.banner.acted.connect(self._look)
        self.table.row_selected.connect(self._choose)
        self.detail.chat.clicked.connect(self._chat)
        self.detail.base.clicked.connect(lambda: self.navigate.emit("wizard", {"model": self._chosen}))
        self.detail.folder.clicked.connect(self._open_folder)
        self.detail.ranks.clicked.connect(self._show_ranks)
        self.detail.family.clicked.connect(self._show_family)
        services.runs.changed.connect(self._on_runs)

    def entered(self, **context: Any) -> None:
        """Look for models anew; ``model`` in the context names the one to show."""
        self._chosen = str(context.get("model") or self._chosen)
        self._look()
        self.table.setFocus()

    def closed(self) -> None:
        """Hear no more answers."""
        self._calls.drop_all()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Text("Models", "title", wrap=False))
        words.addWidget(self.count)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self.search)
        head.addWidget(self.own)
        list_card = Card(padding=1)
        list_card.body.addWidget(self.table)
        list_card.cover_corners()
        self._list = QStackedLayout()
        below = QWidget()
        row = QHBoxLayout(below)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(list_card, 1)
        row.addWidget(self.detail)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 28, _MARGIN, 24)
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addLayout(self._list, 1)
        self._list.addWidget(below)
        self._list.addWidget(self.empty)
        self.banner.hide()

    def _look(self) -> None:
        self._calls.start("models", "models", succeeded=self._on_found, failed=self._on_failed)

    def _on_found(self, result: dict[str, Any]) -> None:
        self._rows = rows_from(result)
        self._own = str(result.get("folder", ""))
        self.banner.hide()
        self.count.setText(count_words(self._rows))
        self._filter()

    def _on_failed(self, error: UserError) -> None:
        self.banner.set("bad", error.message, error.hint, "Look again")
        self.banner.show()

    def _on_runs(self) -> None:
        finished = tuple(summary.folder for summary in self._services.runs.summaries() if summary.has_model)
        if finished != self._runs_seen:
            self._runs_seen = finished
            if self.isVisible():
                self._look()

    def _filter(self) -> None:
        chosen = self._chosen  # filling and showing a table moves its current row
        self._shown = [row for row in self._rows if row.matches(self.search.text())]
        self.table.set_rows([_cells(row) for row in self._shown])
        if not self._shown:
            self.empty.title.setText("No model is called that" if self._rows else "No models here yet")
            self.empty.text.setText(
                "Search for another word." if self._rows else "Put a model folder into your models folder, or tune one."
            )
            self._list.setCurrentIndex(1)
            self._chosen = chosen
            return
        self._list.setCurrentIndex(0)
        place = next((place for place, row in enumerate(self._shown) if row.ref == chosen), 0)
        self.table.selectRow(place)
        self._choose(place)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._shown):
            self._chosen = self._shown[place].ref
            self.detail.show_row(self._shown[place])

    def _row(self) -> ModelRow | None:
        return next((row for row in self._shown if row.ref == self._chosen), None)

    def _chat(self) -> None:
        row = self._row()
        if row is not None:
            self.navigate.emit("chat", {"run": row.run} if row.run and row.talks else {"model": row.ref})

    def _show_ranks(self) -> None:
        row = self._row()
        if row is not None:
            open_ranks(self._services, row.ref, row.title, self)

    def _show_family(self) -> None:
        row = self._row()
        if row is not None:
            dialog = open_family(self._services.workbench, row.ref, row.title, self)
            dialog.chosen.connect(self._turn_to)
            dialog.as_base.connect(lambda ref: self.navigate.emit("wizard", {"model": ref}))

    def _turn_to(self, ref: str) -> None:
        """Show another model of the list, whatever was searched for."""
        self._chosen = ref
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._filter()
        self.table.setFocus()

    def _open_folder(self) -> None:
        row = self._row()
        if row is not None:
            self._open(row.folder)

    def _open(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.banner.set(
                "info", "This system has no file browser that Fettle could open.", f"The folder is {folder}."
            )
            self.banner.show()


def _cells(row: ModelRow) -> list[Cell]:
    return [
        Cell(row.title, note=row.made, strong=True),
        Cell(row.source, chip="accent" if row.run else "neutral", icon=""),
        Cell("cannot be used", tone="warn") if row.problem else Cell(row.kind, tone="text2"),
        Cell(row.parameters),
        Cell(row.size),
    ]
