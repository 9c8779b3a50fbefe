"""The plots of a run and their legends, filled from its curves; what the numbers mean is decided in flow."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.flow import amounts
from desktop.flow.metrics import Curves
from desktop.flow.run_plots import own_plots
from desktop.flow.run_view import RunSnapshot
from desktop.views.components.card import Card
from desktop.views.components.label import Text
from desktop.views.run.grid import Grid
from desktop.views.run.legend import Legend
from desktop.views.run.plot import Line, Plot
from desktop.views.run.plot_card import MEASURED, VALIDATION, OwnCard, plot_card, plot_head, shape_of
from desktop.views.theme.theme import Theme

NOW, NORM = 2, 3
GIGABYTE = 1024.0
TURN_MS = 8  # between the drawing of one plot and of the next
NARROW = 940  # under this width two cards cannot hold every name
FAR = 4.0  # a limit so many times what is used would flatten the curve: it is told in the legend instead

LOSS = (
    Line("raw", "raw", MEASURED, 1.0, faint=True),
    Line("smoothed", "smoothed", MEASURED),
    Line("validation", "validation", VALIDATION, mark="o"),
)
RATE = (Line("planned", "planned", "text2", 1.4, dashed=True), Line("now", "now", NOW, mark="end"))
GRADIENT = (
    Line("norm", "norm", NORM, 1.4),
    Line("clip", "clipped above", "text2", 1.2, dashed=True, level=True),
    Line("spikes", "", VALIDATION, mark="spike"),
)
SPEED = (Line("speed", "", MEASURED, 1.4),)
MEMORY = (
    Line("measured", "measured", MEASURED, 1.8),
    Line("predicted", "predicted", "text2", 1.2, dashed=True, level=True),
    Line("limit", "free", "text", 1.4, level=True),
)


class Plots(QWidget):
    """Loss, what the objective has of its own, learning rate, gradient norm, speed and memory, two by two.

    Attributes:
        loss: the plot of losses; likewise ``rate``, ``gradient``, ``speed`` and ``memory``.
        own: the cards of the objective's own figures, in their order.
        grid: where all of them stand.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the cards; nothing of pyqtgraph is loaded yet."""
        super().__init__(parent)
        self.loss = Plot("Loss over the steps", LOSS, empty="The curves begin with the first step.")
        self.rate = Plot("Learning rate over the steps", RATE, about=3, value_text=lambda value, _: amounts.rate(value))
        self.gradient = Plot("Gradient norm over the steps", GRADIENT)
        self.speed = Plot("Tokens a second over the steps", SPEED, steps_shown=False, about=3)
        self.memory = Plot("Memory over the steps", MEMORY, about=3)
        self.legends = {
            "loss": Legend(LOSS),
            "rate": Legend(tuple(reversed(RATE))),
            "gradient": Legend(GRADIENT),
            "memory": Legend(MEMORY),
        }
        self._speed_now = Text("", "strong", tabular=True, wrap=False)
        self._memory_title = Text("Memory, GB", "help", "text2", wrap=False)
        self._loading: list[Plot] = []
        self._waiting: list[Plot] = []
        self._turn = QTimer(self, singleShot=True, interval=TURN_MS)
        self._turn.timeout.connect(self._redraw_next)
        self.own: list[OwnCard] = []
        self._is_loaded = False
        self._first = plot_card("Loss", self.legends["loss"], self.loss)
        self._rest = (
            plot_card("Learning rate", self.legends["rate"], self.rate),
            plot_card("Gradient norm", self.legends["gradient"], self.gradient),
            self._pair(),
        )
        self.grid = Grid("Plots of the run")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the longest legend where the cards are narrow."""
        super().resizeEvent(event)
        self.legends["memory"].set_compact(event.size().width() < Theme.instance_of(self).px(NARROW))

    def all(self) -> Sequence[Plot]:
        """Return every plot."""
        return (self.loss, *(card.plot for card in self.own), self.rate, self.gradient, self.speed, self.memory)

    def load(self) -> None:
        """Build the canvases, one a turn of the event loop, so that no turn takes long."""
        self._is_loaded = True
        self._loading = list(self.all())
        self._load_next()

    def show_run(self, curves: Curves, state: RunSnapshot, *, clip: float, objective: str = "") -> None:
        """Draw a run as it stands; ``objective`` says what it learns from, and so what is worth a plot of its own."""
        self._show_own(curves, objective)
        self._show_loss(curves, state)
        self._show_rate(curves, state)
        self._show_gradient(curves, clip)
        self._show_speed(curves, state)
        self._show_memory(curves, state)
        for plot in self.all():
            plot.set_total(state.total)
            if plot not in self._waiting:
                self._waiting.append(plot)
        if not self._turn.isActive():
            self._turn.start()  # the figures of the page were just laid out: that is enough for one turn

    def _redraw_next(self) -> None:
        """Draw one plot a turn: all at once would hold the window for longer than a frame."""
        if self._waiting:
            self._waiting.pop(0).redraw()
            self._turn.start()

    def _load_next(self) -> None:
        if self._loading:
            self._loading.pop(0).load()
            QTimer.singleShot(0, self, self._load_next)

    def _arrange(self) -> None:
        self.grid.show_cards((self._first, *self.own, *self._rest))

    def _show_own(self, curves: Curves, objective: str) -> None:
        told = own_plots(curves, objective)
        if [shape_of(one) for one in told] != [card.shape for card in self.own]:
            self._replace_own([OwnCard(one) for one in told])
        for card, one in zip(self.own, told, strict=True):
            card.show_plot(one)

    def _replace_own(self, cards: list[OwnCard]) -> None:
        gone, self.own = self.own, cards
        self._arrange()
        for card in gone:
            for waiting in (self._waiting, self._loading):
                if card.plot in waiting:
                    waiting.remove(card.plot)
            card.hide()
            card.deleteLater()
        if self._is_loaded:
            idle = not self._loading
            self._loading += [card.plot for card in cards]
            if idle:
                self._load_next()

    def _show_loss(self, curves: Curves, state: RunSnapshot) -> None:
        self.loss.set("raw", curves.loss.steps, curves.loss.values)
        self.loss.set("smoothed", curves.smoothed.steps, curves.smoothed.values)
        self.loss.set("validation", curves.validation.steps, curves.validation.values)
        self.legends["loss"].show_line("validation", len(curves.validation) > 0)
        best = f", best validation {amounts.loss(state.best.loss)} at step {state.best.step}" if state.best else ""
        self.loss.describe(f"{len(curves.loss)} steps, now {amounts.loss(state.loss)} smoothed{best}")

    def _show_rate(self, curves: Curves, state: RunSnapshot) -> None:
        now = curves.learning_rate.last()
        self.rate.set("now", curves.learning_rate.steps, curves.learning_rate.values)
        ahead = [(step, value) for step, value in curves.planned if step >= state.step]
        steps = array("q", [*curves.learning_rate.steps[-1:], *(step for step, _ in ahead)])
        values = array("d", [*curves.learning_rate.values[-1:], *(value for _, value in ahead)])
        self.rate.set("planned", steps, values)
        self.legends["rate"].set("now", amounts.rate(now) if math.isfinite(now) else "")
        self.rate.describe(f"now {amounts.rate(now)}")

    def _show_gradient(self, curves: Curves, clip: float) -> None:
        last = curves.gradient_norm.last()
        self.gradient.set("norm", curves.gradient_norm.steps, curves.gradient_norm.values)
        spikes = [spike for spike in curves.spikes if spike[1] > clip]
        marks = array("q", [step for step, _ in spikes]), array("d", [norm for _, norm in spikes])
        self.gradient.set("spikes", *marks)
        self.gradient.set_level("clip", clip if clip > 0 and len(curves.gradient_norm) else None)
        self.legends["gradient"].show_line("clip", clip > 0)
        self.legends["gradient"].set("norm", amounts.short(last) if math.isfinite(last) else "")
        self.gradient.describe(f"now {amounts.short(last)}, clipped above {amounts.short(clip)}, {len(spikes)} spikes")

    def _show_speed(self, curves: Curves, state: RunSnapshot) -> None:
        self.speed.set("speed", curves.speed.steps, curves.speed.values)
        self._speed_now.setText(amounts.count(state.speed) if math.isfinite(state.speed) else "")
        self.speed.describe(f"now {amounts.count(state.speed)} real tokens a second")

    def _show_memory(self, curves: Curves, state: RunSnapshot) -> None:
        predicted = state.plan.predicted_mib if state.plan else 0.0
        limit = state.plan.limit_mib if state.plan else 0.0
        used = max(predicted, state.peak_mib)
        unit = GIGABYTE if used >= 1000 else 1.0

        def write(mib: float) -> str:
            return f"{mib / unit:.2f}" if unit > 1 else f"{mib:,.0f}"

        self._memory_title.setText("Memory, GB" if unit > 1 else "Memory, MB")
        self.memory.set("measured", curves.memory.steps, curves.memory.values, 1 / unit)
        near = 0 < limit <= FAR * used
        self.memory.set_level("predicted", predicted / unit if predicted > 0 else None)
        self.memory.set_level("limit", limit / unit if near else None)
        legend = self.legends["memory"]
        legend.show_line("predicted", predicted > 0)
        legend.show_line("limit", limit > 0)
        legend.set("measured", write(state.memory_mib) if math.isfinite(state.memory_mib) else "")
        legend.set("predicted", write(predicted) if predicted > 0 else "")
        legend.set("limit", f"{limit / unit:.1f}" if unit > 1 and limit > 0 else f"{limit:,.0f}" if limit > 0 else "")
        self.memory.describe(
            f"now {amounts.memory(state.memory_mib)}, predicted {amounts.memory(predicted)}, "
            f"free {amounts.memory(limit)}"
        )

    def _pair(self) -> Card:
        card = Card(padding=0)
        card.body.setContentsMargins(16, 12, 16, 8)
        card.body.setSpacing(4)
        card.body.addLayout(plot_head(Text("Tokens/s", "help", "text2", wrap=False), self._speed_now))
        card.body.addWidget(self.speed, 4)
        card.body.addLayout(plot_head(self._memory_title, self.legends["memory"]))
        card.body.addWidget(self.memory, 5)
        return card
