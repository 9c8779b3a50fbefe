"""Runs beside each other: their curves over each other, and the settings that differ; what differs is told by flow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.objectives.base import Measure
from desktop.flow import amounts
from desktop.flow.measures import written
from desktop.flow.metrics import Series
from desktop.flow.run_compare import MOST, Comparison
from desktop.flow.run_view import RunView
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.components.scroll import ScrollArea
from desktop.views.run.legend import Swatch
from desktop.views.run.plot import Line, Plot

VALIDATION, TRAINING = "Validation loss", "Training loss"
_MARKS = ("o", "s", "t", "d", "t1", "p")
_VALIDATION_LINES = tuple(Line(f"validation{place}", "", place, mark=mark) for place, mark in enumerate(_MARKS))
_TRAINING_LINES = tuple(Line(f"training{place}", "", place) for place in range(MOST))


class CurvesCard(Card):
    """The curves of the runs compared.

    Attributes:
        choice: which loss is drawn.
        plot: where.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without curves."""
        super().__init__(padding=16, parent=parent)
        self.choice = Combo((VALIDATION, TRAINING))
        self.choice.setProperty("compact", True)
        self.choice.setAccessibleName("Curve")
        self.choice.currentIndexChanged.connect(self._redraw)
        self.plot = Plot("Figures of the runs compared", (*_TRAINING_LINES, *_VALIDATION_LINES))
        self._names: Sequence[str] = ()
        self._views: Sequence[RunView] = ()
        self._measure: Measure | None = None
        self._legend = QHBoxLayout()
        self._legend.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.choice)
        head.addStretch(1)
        head.addLayout(self._legend)
        self.body.addLayout(head)
        self.body.addWidget(self.plot, 1)
        self.setMinimumHeight(260)

    def show_curves(self, names: Sequence[str], views: Sequence[RunView], measure: Measure | None = None) -> None:
        """Draw the curves of ``views``; where all are judged by ``measure``, that one is offered first."""
        self._names, self._views = names, views
        if measure != self._measure:
            self._measure = measure
            self.choice.blockSignals(True)
            self.choice.clear()
            self.choice.addItems([*([measure.title] if measure else []), VALIDATION, TRAINING])
            self.choice.blockSignals(False)
        self._redraw()

    def _series(self, view: RunView) -> Series:
        """Return the curve of a run that is drawn now."""
        chosen, curves = self.choice.currentText(), view.curves
        if self._measure is not None and chosen == self._measure.title:
            return curves.held_out.get(self._measure.key, Series())
        return curves.validation if chosen == VALIDATION else curves.smoothed

    def _redraw(self) -> None:
        validation = self.choice.currentText() != TRAINING
        for place in range(MOST):
            view = self._views[place] if place < len(self._views) else None
            for id, wanted in ((f"validation{place}", validation), (f"training{place}", not validation)):
                series = self._series(view) if view is not None and wanted else Series()
                self.plot.set(id, series.steps, series.values)
        self.plot.set_total(max((view.outline.total for view in self._views), default=0))
        self._name_lines(validation)
        self.plot.redraw()

    def _name_lines(self, validation: bool) -> None:
        _clear(self._legend)
        said = []
        lines = _VALIDATION_LINES if validation else _TRAINING_LINES
        for line, name, view in zip(lines, self._names, self._views, strict=False):
            own = self._measure is not None and self.choice.currentText() == self._measure.title
            now = self._series(view).last()
            words = written(now, self._measure) if self._measure is not None and own else amounts.loss(now)
            short = Text(name, "help", "text2", elide=True)
            short.setMaximumWidth(140)
            self._legend.addWidget(Swatch(line))
            self._legend.addWidget(short)
            self._legend.addWidget(Text(words, "strong", tabular=True, wrap=False))
            said.append(f"{name} {words}")
        self.plot.describe(", ".join(said))


class SettingsCard(Card):
    """The settings of the runs compared: those that differ, or all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(padding=16, parent=parent)
        self._comparison: Comparison | None = None
        self._all = False
        self._count = Text("", "help", "text2", wrap=False)
        self.toggle = Button("Show all", "link", size="small")
        self.toggle.clicked.connect(self._on_toggle)
        head = QHBoxLayout()
        head.addWidget(Text("Settings that differ", "strong", wrap=False))
        head.addStretch(1)
        head.addWidget(self._count)
        head.addWidget(self.toggle)
        self.body.addLayout(head)
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 4, 0)
        self.body.addWidget(ScrollArea(self._holder), 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self._mark = Glyph("info", 16, "info")
        self._verdict = Text("", "help", "text2")
        foot.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self._verdict, 1)
        self.body.addLayout(foot)

    def show_settings(self, comparison: Comparison) -> None:
        """Show what differs."""
        self._comparison = comparison
        self._verdict.setText(comparison.verdict)
        self._mark.setVisible(bool(comparison.verdict))
        self._rebuild()

    def _on_toggle(self) -> None:
        self._all = not self._all
        self._rebuild()

    def _rebuild(self) -> None:
        if self._comparison is None:
            return
        different, every = self._comparison.different, self._comparison.settings
        self._count.setText(f"{len(different)} of {len(every)}")
        self.toggle.setText("Show fewer" if self._all else "Show all")
        _clear(self._column)
        grid_holder = QWidget()
        grid = QGridLayout(grid_holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        for place, name in enumerate(self._comparison.names):
            head = QHBoxLayout()
            head.setSpacing(6)
            head.addWidget(Swatch(_TRAINING_LINES[place]))
            head.addWidget(Text(name, "strong", elide=True), 1)
            grid.addLayout(head, 0, place + 1)
            grid.setColumnStretch(place + 1, 1)
        for number, setting in enumerate(every if self._all else different):
            line = 2 * number + 1
            grid.addWidget(Divider(), line, 0, 1, len(setting.values) + 1)
            grid.addWidget(_cell(setting.label, "text2", strong=False), line + 1, 0)
            for place, value in enumerate(setting.values):
                new = place == 0 or value != setting.values[0]
                tone = "text" if setting.differs and new else "text2"
                grid.addWidget(_cell(value, tone, strong=setting.differs and new), line + 1, place + 1)
        self._column.addWidget(grid_holder)
        if not different and not self._all:
            self._column.addWidget(Text("Every setting is the same.", "body", "text2"))
        self._column.addStretch(1)


def _cell(words: str, tone: str, *, strong: bool) -> Text:
    text = Text(words, "strong" if strong else "body", tone, elide=True)
    text.setContentsMargins(0, 6, 0, 6)
    return text


def _clear(layout: QHBoxLayout | QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if (widget := item.widget() if item else None) is not None:
            widget.hide()
            widget.deleteLater()
