"""The strip at the foot of the window: the device and its memory, on every page; it asks nobody itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.flow.home import device_line, disk_words, training_device
from desktop.views.components.bar import Bar
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.theme.theme import Theme

if TYPE_CHECKING:
    from desktop.engine.hardware import Hardware

_TIGHT = 0.9  # share of memory in use from which the gauge warns


class StatusBar(QWidget):
    """Device at the left, memory gauge at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing known yet."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._device = Text("Looking at this machine", "help", "text2", elide=True)
        self._disk = Text("", "help", "text2", wrap=False)
        self._caption = Text("Memory", "help", "text2", wrap=False)
        self._bar = Bar(0.0, "text3", height=6)
        self._bar.setFixedWidth(112)
        self._free = Text("", "help", "text2", wrap=False, tabular=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(Glyph("chip", 14, "text3"))
        row.addWidget(self._device, 1)
        row.addWidget(self._disk)
        row.addSpacing(16)
        row.addWidget(self._caption)
        row.addWidget(self._bar)
        row.addWidget(self._free)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def show_machine(self, machine: Hardware) -> None:
        """Show what the machine has and what of it is free."""
        device = training_device(machine)
        self._device.setText(device_line(machine))
        self._caption.setText("GPU memory" if machine.gpus else "Memory")
        self._free.setText(f"{device.free} free of {device.total}")
        self._disk.setText(f"Disk {disk_words(machine)}")
        self._bar.set(device.used, "warn" if device.used > _TIGHT else "text3")
        self.setAccessibleName(f"{device_line(machine)}, {device.free} of memory free of {device.total}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the hairline above."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("rail"))
        painter.fillRect(QRectF(0, 0, self.width(), 1), self._theme.color("line"))

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.px(26))
        self.update()
