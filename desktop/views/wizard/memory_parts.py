"""Two cards of the Memory step: the verdict with its parts, and the changes that would save memory; no arithmetic."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.memory.estimate import Estimate, Part
from desktop.engine.memory.fixes import Fix
from desktop.engine.memory.sizes import size
from desktop.views.components.bar import BarPart, StackedBar
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.theme.theme import Theme

_LOOKS = {"fits": ("check", "ok"), "tight": ("warn", "warn"), "too_big": ("warn", "bad")}

_ROOMY = 0.2  # of what is free
_WIDE_ROW = 440  # from here a change's saving and what is left of the peak stand side by side


class Swatch(QWidget):
    """A small square in the colour of a part."""

    def __init__(self, part: str, parent: QWidget | None = None) -> None:
        """Show the colour of ``part``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._part = part
        self.setFixedSize(QSize(11, 11))
        self._theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        box(begin(self), QRectF(self.rect()), 2.5, self._theme.color(self._theme.tokens.memory[self._part]))


class PartView(QWidget):
    """One part: its colour and name, how much, what of."""

    def __init__(self, part: Part, parent: QWidget | None = None) -> None:
        """Show ``part``."""
        super().__init__(parent)
        self._label = Text(part.label, "label", elide=True)
        self._value = Text("", "section", wrap=False, tabular=True)
        self._unit = Text("", "help", "text2", wrap=False)
        self._why = Text("", "help", "text2", elide=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Swatch(part.id))
        head.addWidget(self._label, 1)
        figure = QHBoxLayout()
        figure.setSpacing(5)
        figure.addWidget(self._value)
        figure.addWidget(self._unit, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(figure)
        column.addWidget(self._why)
        self.show_part(part)

    def show_part(self, part: Part) -> None:
        """Show another amount."""
        value, _, unit = size(part.mib).partition(" ")
        self._label.setText(part.label)
        self._value.setText(value)
        self._unit.setText(unit)
        self._why.setText(part.why)
        self.setAccessibleName(f"{part.label} {value} {unit}, {part.why}")


class VerdictCard(Card):
    """Whether it fits, in a sentence, a bar and eight parts.

    Signals:
        fit_asked: the job is to be changed so that it fits.
    """

    fit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=20, parent=parent)
        self._icon = Glyph("check", 24, "ok")
        self._title = Text("", "hero")
        self._said = Text("", "body", "text2")
        self.fit = Button("Make it fit", "primary", "tune")
        self.fit.clicked.connect(self.fit_asked)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._said)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._icon)
        head.addLayout(words, 1)
        head.addWidget(self.fit)
        self.bar = StackedBar()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(14)
        for place in range(4):
            self._grid.setColumnStretch(place, 1)
        self.body.addLayout(head)
        self.body.addSpacing(8)
        self.body.addWidget(self.bar)
        self.body.addWidget(Divider())
        self.body.addSpacing(4)
        self.body.addLayout(self._grid)
        self._parts: dict[str, PartView] = {}

    def show_estimate(self, found: Estimate, where: str, capacity_mib: float | None, *, fixable: bool) -> None:
        """Show ``found`` on the machine called ``where``, whose whole memory is ``capacity_mib``."""
        icon, tone = _LOOKS[found.verdict]
        self._icon.set(icon, tone)
        big = found.verdict == "too_big"
        self._title.setText(
            f"Does not fit: {size(-found.spare_mib)} too much"
            if big
            else f"{'Fits' if found.verdict == 'fits' else 'Just fits'}, {size(found.spare_mib)} to spare"
        )
        self._title.set_tone("text")
        largest = found.largest
        self._said.setText(
            f"Predicted peak {size(found.total_mib)} {where}, {size(found.limit_mib)} free now. {largest.label} "
            f"{'are' if largest.label.endswith('s') else 'is'} the largest part."
        )
        self.fit.setVisible(big)
        self.fit.setEnabled(fixable)
        self.fit.setToolTip("" if fixable else "No combination of the changes below is enough.")
        self._show_bar(found, capacity_mib)
        for place, part in enumerate(found.parts):
            if part.id not in self._parts:
                self._parts[part.id] = PartView(part)
                self._grid.addWidget(self._parts[part.id], place // 4, place % 4)
            self._parts[part.id].show_part(part)

    def _show_bar(self, found: Estimate, capacity_mib: float | None) -> None:
        # Far below the limit the parts would be slivers: then they get the whole bar, and the limit is said in words.
        roomy = found.total_mib < _ROOMY * found.limit_mib
        scale = 1024.0 if not roomy or found.total_mib >= 1000 else 1.0
        colors = Theme.instance_of(self).tokens.memory
        parts = [BarPart(part.label, part.mib / scale, colors[part.id]) for part in found.parts]
        self.bar.set(
            parts,
            None if roomy else found.limit_mib / scale,
            None if roomy or capacity_mib is None else capacity_mib / scale,
            unit="GB" if scale > 1 else "MB",
            capacity_label="card" if found.device == "cuda" else "memory",
        )


class FixesCard(Card):
    """What would save memory, one click each.

    Signals:
        applied: the fix of this id is wanted.
    """

    applied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(padding=18, parent=parent)
        head = QHBoxLayout()
        head.addWidget(Text("One-click changes", "section", wrap=False))
        head.addStretch(1)
        head.addWidget(Text("least lost first", "help", "text2", wrap=False))
        self.body.addLayout(head)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(self._list)
        self.body.addStretch(1)
        self._shown: list[Fix] | None = None
        self.buttons: dict[str, Button] = {}

    def show_fixes(self, fixes: list[Fix]) -> None:
        """Show ``fixes``."""
        if fixes == self._shown:
            return
        self._shown = fixes
        focused = next((id for id, button in self.buttons.items() if button.hasFocus()), None)
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        for fix in fixes:
            self._list.addWidget(Divider())
            self._list.addWidget(self._row(fix))
        if not fixes:
            self._list.addWidget(Divider())
            self._list.addSpacing(10)
            self._list.addWidget(Text("Nothing here would save much: it is as small as it gets.", "body", "text2"))
        if focused in self.buttons:
            self.buttons[focused].setFocus()

    def _row(self, fix: Fix) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 8, 0, 8)
        line.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(fix.label, "strong", elide=True))
        enough = fix.verdict != "too_big"
        words.addWidget(Text(fix.note if enough else "Not enough by itself", "help", "text2"))
        line.addLayout(words, 1)
        figures = QHBoxLayout() if self.width() >= Theme.instance_of(self).px(_WIDE_ROW) else QVBoxLayout()
        figures.setSpacing(10 if isinstance(figures, QHBoxLayout) else 4)
        right = Qt.AlignmentFlag.AlignRight
        saves = Text(f"\N{MINUS SIGN}{size(fix.saves_mib)}", "strong", wrap=False, align=right, tabular=True)
        figures.addWidget(saves, 0, right)
        figures.addWidget(Chip(size(fix.total_mib), "ok" if enough else "bad"), 0, right)
        line.addLayout(figures)
        button = Button("Apply", size="small")
        button.setAccessibleName(f"Apply: {fix.label}, saves {size(fix.saves_mib)}")
        button.clicked.connect(lambda: self.applied.emit(fix.id))
        self.buttons[fix.id] = button
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return row
