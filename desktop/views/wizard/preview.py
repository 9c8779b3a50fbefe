"""The card beside every step: what the answers amount to, memory against what is free, Back and Next.

It shows what desktop.flow.wizard_preview says and decides nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.wizard_preview import Changed, Preview, PreviewLine, PreviewMemory
from desktop.views.components.bar import Bar
from desktop.views.components.button import Button, Kind
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.wizard.pane import Pane

_ICONS = {"model": "models", "method": "tune", "data": "file", "objective": "flag", "steps": "clock"}
_TONE_ICONS = {"ok": "check", "warn": "warn", "bad": "warn"}
_MOST_CHANGES = 8


class Line(QWidget):
    """One fact with its icon."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        """Make an empty line with ``icon``."""
        super().__init__(parent)
        self._caption = Text("", "help", "text2", elide=True)
        self._value = Text("", "strong")
        self._note = Text("", "help", "text2")
        words = QVBoxLayout()
        words.setSpacing(1)
        for text in (self._caption, self._value, self._note):
            words.addWidget(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        glyph = Glyph(icon, 16, "text2")
        row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)

    def show_line(self, line: PreviewLine) -> None:
        """Show ``line``."""
        self._caption.setText(line.caption)
        self._value.setText(line.value)
        self._note.setText(line.note)
        self.setAccessibleName(f"{line.caption}: {line.value}, {line.note}")


class MemoryLine(QWidget):
    """The predicted peak, its bar and its verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._caption = Text("", "help", "text2", elide=True)
        self._value = Text("", "figure", wrap=False)
        self._note = Text("", "help", "text2", elide=True)
        self._note.setContentsMargins(0, 0, 0, 3)
        self._bar = Bar(0.0, marker=1.0, height=7)
        self._icon = Glyph("check", 15, "ok")
        self._verdict = Text("", "help", "ok")
        figures = QHBoxLayout()
        figures.setSpacing(8)
        figures.addWidget(self._value)
        figures.addWidget(self._note, 1, Qt.AlignmentFlag.AlignBottom)
        said = QHBoxLayout()
        said.setSpacing(6)
        said.addWidget(self._icon)
        said.addWidget(self._verdict, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._caption)
        column.addLayout(figures)
        column.addWidget(self._bar)
        column.addLayout(said)

    def show_memory(self, memory: PreviewMemory) -> None:
        """Show ``memory``."""
        self._caption.setText(memory.caption)
        self._value.setText(memory.value)
        self._value.set_tone("bad" if memory.tone == "bad" else "text")
        self._note.setText(memory.note)
        self._bar.set(memory.share, {"ok": "accent", "warn": "warn", "bad": "bad"}[memory.tone], memory.marker)
        self._icon.set(_TONE_ICONS[memory.tone], memory.tone)
        self._verdict.setText(memory.verdict)
        self._verdict.set_tone(memory.tone)
        self.setAccessibleName(f"{memory.caption}: {memory.value} {memory.note}. {memory.verdict}")


class Changes(QWidget):
    """The settings that are not what they would be by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._count = Text("", "help", "text2", wrap=False)
        head = QHBoxLayout()
        head.addWidget(Text("Changed from defaults", "help", "text2", elide=True), 1)
        head.addWidget(self._count)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self._rows)
        self._shown: tuple[Changed, ...] | None = None

    def show_changes(self, changes: tuple[Changed, ...]) -> None:
        """Show ``changes``."""
        if changes == self._shown:
            return
        self._shown = changes
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._count.setText(str(len(changes)) if changes else "none")
        for change in changes[:_MOST_CHANGES]:
            self._rows.addWidget(_change_row(change))
        if len(changes) > _MOST_CHANGES:
            self._rows.addWidget(Text(f"and {len(changes) - _MOST_CHANGES} more", "help", "text2"))


def _change_row(change: Changed) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    line.addWidget(Glyph("dot", 10, "accent"))
    line.addWidget(Text(change.label, "head", elide=True), 1)
    line.addWidget(Text(change.value, "head", wrap=False, tabular=True))
    line.addWidget(Text(f"was {change.was}", "help", "text2", wrap=False))
    row.setAccessibleName(f"{change.label} {change.value}, was {change.was}")
    return row


class PreviewPane(Pane):
    """The whole card with Back and Next at its foot.

    Signals:
        back: the step before is asked for.
        next: the step after is asked for, or the start.
    """

    back = Signal()
    next = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__("surface", "left", parent)
        self._lines = {id: Line(icon) for id, icon in _ICONS.items()}
        self._memory = MemoryLine()
        self._memory_divider = Divider()
        self._changes = Changes()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(Text("Preview", "section", wrap=False))
        for line in self._lines.values():
            column.addWidget(line)
        column.addWidget(self._memory_divider)
        column.addWidget(self._memory)
        column.addWidget(Divider())
        column.addWidget(self._changes)
        column.addStretch(1)
        self._reason = Text("", "help", "text2")
        self._reason_icon = Glyph("info", 15, "text2")
        said = QHBoxLayout()
        said.setSpacing(8)
        said.addWidget(self._reason_icon, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self._reason, 1)
        self.back_button = Button("Back", icon="arrow-left")
        self.next_button = Button("Next", "primary", "arrow-right", trailing=True)
        feet = QHBoxLayout()
        feet.setSpacing(8)
        feet.addWidget(self.back_button)
        feet.addWidget(self.next_button, 1)
        self.column.addWidget(ScrollArea(inner), 1)
        self.column.addSpacing(12)
        self.column.addLayout(said)
        self.column.addSpacing(10)
        self.column.addLayout(feet)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.next)

    def show_preview(self, preview: Preview) -> None:
        """Show ``preview``."""
        for line in preview.lines:
            self._lines[line.id].show_line(line)
        self._memory.setVisible(preview.memory is not None)
        self._memory_divider.setVisible(preview.memory is not None)
        if preview.memory is not None:
            self._memory.show_memory(preview.memory)
        self._changes.show_changes(preview.changed)

    def show_feet(self, *, next_text: str, kind: Kind, icon: str, reason: str, first: bool) -> None:
        """Show what Next does, or why it cannot be pressed."""
        self.next_button.setText(next_text)
        self.next_button.set_kind(kind)
        self.next_button.set_icon(icon)
        self.next_button.setEnabled(not reason)
        self.next_button.setAccessibleDescription(reason)
        self.next_button.setToolTip(reason)
        self.back_button.setEnabled(not first)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._reason_icon.setVisible(bool(reason))

    def set_narrow(self, narrow: bool) -> None:
        """Take less room: Back becomes an icon."""
        self.back_button.setText("" if narrow else "Back")
        self.back_button.setAccessibleName("Back")
        self.column.setContentsMargins(16 if narrow else 20, 24, 16 if narrow else 20, 20)
