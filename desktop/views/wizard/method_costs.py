"""What a method costs here, in four figures: what learns, memory, time, file; it computes none of them."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.engine.memory.sizes import count, share, size
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_methods import Offer
from desktop.flow.wizard_plan import about
from desktop.views.components.bar import Bar
from desktop.views.components.figure import Figure


class Cost(QWidget):
    """A figure with a bar under it."""

    def __init__(self, caption: str, *, barred: bool = True, parent: QWidget | None = None) -> None:
        """Make it empty; ``barred`` draws the share of something as well."""
        super().__init__(parent)
        self.figure = Figure(caption, below=True)
        self.bar = Bar(0.0, height=5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.figure)
        column.addWidget(self.bar)
        column.addStretch(1)
        if not barred:
            self.bar.hide()


class Costs(QWidget):
    """The figures in a row of four, or of two where the room is short."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make them empty."""
        super().__init__(parent)
        self.trainable, self.peak, self.file = Cost("Trainable"), Cost("Peak memory"), Cost("Result file")
        self.time = Cost("Expected time", barred=False)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(14)
        for place, cost in enumerate((self.trainable, self.peak, self.file, self.time)):
            grid.addWidget(cost, place // 2, place % 2)
        for column in range(2):
            grid.setColumnStretch(column, 1)

    def show_costs(self, offer: Offer, wizard: Wizard) -> None:
        """Show what ``offer`` costs."""
        part = offer.trainable / max(1, offer.total)
        self.trainable.figure.set(
            count(offer.trainable), f"{share(offer.trainable, offer.total)} of {count(offer.total)} weights"
        )
        self.trainable.bar.set(part)
        found = offer.estimate
        if found is not None:
            bad = found.verdict == "too_big"
            whole = max(found.total_mib, found.limit_mib) * 1.04
            self.peak.figure.set(size(found.total_mib), f"of {size(found.limit_mib)} free", "bad" if bad else "text")
            self.peak.bar.set(found.total_mib / whole, "bad" if bad else "accent", found.limit_mib / whole)
        model = wizard.findings.model
        stored = model.facts.parameters * model.facts.bytes_per_weight / 2**20 if model else 0.0
        note = f"the model: {size(stored)}" if offer.adapter else "a model of its own"
        self.file.figure.set(size(offer.file_mib), note)
        self.file.bar.set(min(1.0, offer.file_mib / stored) if stored else 0.0, "text3")
        self.time.figure.set(about(offer.seconds or 0.0).capitalize(), "a guess from this machine")
