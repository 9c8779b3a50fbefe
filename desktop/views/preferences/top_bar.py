"""The annotator's top bar: project, progress, pace, and what may be done with the whole; it decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.flow.annotate import Figures
from desktop.views.components.bar import Bar
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme

HEIGHT = 68
_BLIND = "blind: order of the answers is random, names are hidden"


class SmallFigure(QWidget):
    """A caption with a value under it, both small."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        """Show no value yet."""
        super().__init__(parent)
        self._caption = caption
        self._value = Text("\N{EN DASH}", "strong", wrap=False, tabular=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(Text(caption, "help", "text2", wrap=False))
        column.addWidget(self._value)
        column.addStretch(1)

    def set(self, value: str) -> None:
        """Show ``value``."""
        self._value.setText(value)
        self.setAccessibleName(f"{self._caption}: {value}")


class TopBar(QWidget):
    """What stands above the pair.

    Signals:
        back: to the list of projects.
        paused: stop or restart the clock.
        guided: show keys and guide.
        exported: save what was judged.
    """

    back = Signal()
    paused = Signal()
    guided = Signal()
    exported = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the bar."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.setFixedHeight(self._theme.px(HEIGHT))
        self._title = Text("", "section", elide=True)
        self._note = Text(_BLIND, "help", "text2", elide=True)
        self._judged = Text("0", "section", wrap=False, tabular=True)
        self._of = Text("", "help", "text2", wrap=False)
        self._bar = Bar()
        self._pace, self._left = SmallFigure("Pace"), SmallFigure("Left")
        self._same = SmallFigure("Your consistency")
        self.pause_button = Button("Pause", icon="cup")
        self.export_button = Button("Export", icon="export")
        self._lay_out()
        self._theme.changed.connect(self._restyle)

    def show_project(self, title: str) -> None:
        """Name the project."""
        self._title.setText(title)

    def show_figures(self, figures: Figures, *, making: str, paused: bool) -> None:
        """Show how far and how fast; ``making`` says that pairs are still being made."""
        self._judged.setText(f"{figures.judged:,}")
        self._of.setText(f"of {figures.pairs:,} pairs")
        self._bar.set(figures.share)
        self._pace.set(figures.pace)
        self._left.set(figures.left)
        self._same.set(figures.consistency)
        self._note.setText(making or _BLIND)
        self.pause_button.setText("Go on" if paused else "Pause")
        self.export_button.setEnabled(figures.judged > 0)
        self.export_button.setToolTip("" if figures.judged else "Judge at least one pair first")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the hairline under it."""
        painter = begin(self)
        painter.fillRect(self.rect(), self._theme.color("surface"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), self._theme.color("line"))

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.px(HEIGHT))
        self.update()

    def _lay_out(self) -> None:
        back = Button("", "ghost", "chevron-left")
        back.set_name("All projects")
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addStretch(1)
        names.addWidget(self._title)
        names.addWidget(self._note)
        names.addStretch(1)
        count = QHBoxLayout()
        count.setSpacing(6)
        count.addWidget(self._judged, 0, Qt.AlignmentFlag.AlignBottom)
        count.addWidget(self._of, 0, Qt.AlignmentFlag.AlignBottom)
        count.addStretch(1)
        progress = QWidget()
        progress.setFixedWidth(160)
        column = QVBoxLayout(progress)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addStretch(1)
        column.addLayout(count)
        column.addWidget(self._bar)
        column.addStretch(1)
        guide = Button("Keys", "ghost", "keyboard")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 32, 0)
        row.setSpacing(0)
        row.addWidget(back)
        row.addSpacing(8)
        row.addLayout(names, 1)
        row.addSpacing(16)
        for widget, gap in ((progress, 28), (self._pace, 22), (self._left, 22), (self._same, 22)):
            row.addWidget(widget)
            row.addSpacing(gap)
        for button, gap in ((self.pause_button, 8), (self.export_button, 8), (guide, 0)):
            row.addWidget(button)
            row.addSpacing(gap)
        for button, signal in (
            (back, self.back),
            (self.pause_button, self.paused),
            (self.export_button, self.exported),
            (guide, self.guided),
        ):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(signal)
