"""The machine's state kept fresh for whoever shows it: asked in a thread, told by signal; it knows no gauge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge.task import Tasks

if TYPE_CHECKING:
    from desktop.engine.hardware import Hardware

INTERVAL_MS = 3000
INTERVAL_WITH_GPU_MS = 6000  # asking the driver starts a process of its own


class MachineWatch(QObject):
    """Asks what the machine has and what of it is free.

    Signals:
        changed: :attr:`hardware` is newer.
    """

    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        """Ask nothing yet."""
        super().__init__(parent)
        self._tasks = tasks
        self._asking = False
        self._closed = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self.hardware: Hardware | None = None

    def start(self) -> None:
        """Ask now and again from time to time."""
        if not self._timer.isActive() and not self._asking:
            self._ask()

    def close(self) -> None:
        """Ask no more."""
        self._closed = True
        self._timer.stop()

    def _ask(self) -> None:
        self._asking = True
        task = self._tasks.run(_hardware)
        task.succeeded.connect(self._take)
        task.failed.connect(self._again)

    def _take(self, found: Hardware) -> None:
        self.hardware = found
        self.changed.emit()
        self._again()

    def _again(self) -> None:
        self._asking = False
        if not self._closed:
            gpus = self.hardware is not None and bool(self.hardware.gpus)
            self._timer.start(INTERVAL_WITH_GPU_MS if gpus else INTERVAL_MS)


def _hardware() -> object:
    from desktop.engine.hardware import hardware

    return hardware()
