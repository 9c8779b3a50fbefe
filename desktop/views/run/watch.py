"""What deserves a look, as rows beside the plots; what does is decided in flow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.run_watch import WatchRow
from desktop.views.components.card import Card
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea

_ICONS = {"ok": "check", "accent": "flag", "info": "info", "warn": "warn", "bad": "cross"}


class Watch(Card):
    """A row for each thing, the urgent ones first, and one word for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with nothing to tell."""
        super().__init__(padding=16, parent=parent)
        self._shown: Sequence[WatchRow] | None = None
        self.verdict = Text("", "help", "ok", wrap=False)
        head = QHBoxLayout()
        head.addWidget(Text("Watch", "strong", wrap=False))
        head.addStretch(1)
        head.addWidget(self.verdict)
        self.body.addLayout(head)
        holder = QWidget()
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(0, 2, 0, 0)
        self._rows.setSpacing(10)
        self._rows.addStretch(1)
        self.body.addWidget(ScrollArea(holder), 1)
        self.show_rows([])

    def show_rows(self, rows: Sequence[WatchRow], *, broken: bool = False) -> None:
        """Show ``rows`` in their order; a run that ``broken`` off has its banner, and nothing here says all is well."""
        self.verdict.setVisible(not broken or any(row.asks for row in rows))
        if rows == self._shown:
            return
        self._shown = list(rows)
        asking = sum(row.asks for row in rows)
        said = "nothing needs you" if not asking else "1 needs a look" if asking == 1 else f"{asking} need a look"
        self.verdict.setText(said)
        self.verdict.set_tone("warn" if asking else "ok")
        while self._rows.count() > 1:
            item = self._rows.takeAt(0)
            if (widget := item.widget() if item else None) is not None:
                widget.deleteLater()
        for row in rows or [WatchRow("info", "Nothing to tell yet")]:
            self._rows.insertWidget(self._rows.count() - 1, _Row(row))


class _Row(QWidget):
    """One thing worth knowing."""

    def __init__(self, row: WatchRow) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(Glyph(_ICONS[row.tone], 16, row.tone), 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(row.title, "label"))
        if row.detail:
            words.addWidget(Text(row.detail, "help", "text2"))
        line.addLayout(words, 1)
        self.setAccessibleName(f"{row.title} {row.detail}".strip())
