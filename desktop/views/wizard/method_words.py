"""What is said of a method whatever the model: for and against, when to take it, its source; it knows no figures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.methods.base import Method
from desktop.flow.wizard_methods import Reason
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text

_LOOKS = {"for": ("check", "ok"), "against": ("warn", "warn"), "note": ("info", "info")}


class MethodWords(QWidget):
    """Two columns, and the source below them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._pros, self._cons = Lines(), Lines()
        self._use = Text("", "body", "text2")
        self._avoid = Text("", "body", "text2")
        self._paper = Text("", "help", "text2", selectable=True)
        pair = QHBoxLayout()
        pair.setSpacing(24)
        for title, lines, words in (("For it", self._pros, self._use), ("Against it", self._cons, self._avoid)):
            column = QVBoxLayout()
            column.setSpacing(7)
            column.addWidget(Text(title, "section", wrap=False))
            column.addWidget(lines)
            column.addWidget(Text("Take it when" if title == "For it" else "Think twice when", "label", wrap=False))
            column.addWidget(words)
            column.addStretch(1)
            pair.addLayout(column, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        outer.addLayout(pair)
        outer.addWidget(self._paper)
        self._shown = ""

    def show_method(self, method: Method) -> None:
        """Show what ``method`` says of itself."""
        if method.id == self._shown:
            return
        self._shown = method.id
        self._pros.show_reasons([Reason("for", text) for text in method.pros])
        self._cons.show_reasons([Reason("against", text) for text in method.cons])
        self._use.setText(method.use_when)
        self._avoid.setText(method.avoid_when)
        self._paper.setText(f"Source: {method.paper}")


class Lines(QWidget):
    """Reasons one under the other, each with a sign for its tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(7)
        self._shown: tuple[Reason, ...] = ()

    def show_reasons(self, reasons: Sequence[Reason]) -> None:
        """Show other reasons."""
        if tuple(reasons) == self._shown:
            return
        self._shown = tuple(reasons)
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for reason in reasons:
            self._column.addWidget(_row(reason))
        self.setVisible(bool(reasons))


def _row(reason: Reason) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(10)
    icon, tone = _LOOKS[reason.tone]
    line.addWidget(Glyph(icon, 16, tone), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Text(reason.text, "body", "text2"), 1)
    return row
