"""Follows one run in a thread: its history, its events as they come, its end; it starts nothing and decides nothing."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QThread, Signal

from desktop.bridge.engines import Exits
from desktop.engine.run_folder import Control, EventTail, RunFolder
from desktop.flow.run_view import RunView

TICK = 0.1  # seconds between two looks at the events
LIVENESS = 1.0  # seconds between two looks at the lock
SLICE = 400  # events a signal carries at most: the window folds so many well within a frame
READ_AT_ONCE = 1024 * 1024

_Change = Callable[[Control], Control]


class TrainWorker(QThread):
    """Attached to one run, whether it is at work, finished or crashed; the engine never notices.

    Attributes:
        run: the run's folder.

    Signals:
        caught_up: a :class:`RunView` with the whole history; the receiver owns it from then on. Once, and first.
        events_arrived: a list of the events since; never empty, never more than ``SLICE``.
        ended: a :class:`Standing`: the run's last word, or what is known of an engine that died. Once, and last.
        refused: a :class:`UserError`: a wish could not be written down.
    """

    caught_up = Signal(object)
    events_arrived = Signal(list)
    ended = Signal(object)
    refused = Signal(object)

    def __init__(self, run: RunFolder, exits: Exits = dict, parent: QObject | None = None) -> None:
        """Get ready to follow ``run``; connect the signals, then call ``start``.

        Args:
            run: the run's folder.
            exits: tells of the engines this program started, see :class:`desktop.bridge.engines.Engines`.
            parent: the owner.
        """
        super().__init__(parent)
        self.setObjectName(f"following {run.name}")
        self.run_folder = run
        self._exits = exits
        self._wishes: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._stopping = False
        self._tail = EventTail(run)
        self._view = RunView()

    def pause(self) -> None:
        """Ask the engine to hold at the next step."""
        self._wishes.put(lambda control: replace(control, wish="pause"))

    def go_on(self) -> None:
        """Ask a holding engine to go on."""
        self._wishes.put(lambda control: replace(control, wish="run"))

    def stop_and_save(self) -> None:
        """Ask the engine to stop at the next step and save the model as it is."""
        self._wishes.put(lambda control: replace(control, wish="stop_and_save"))

    def stop_and_discard(self) -> None:
        """Ask the engine to stop at the next step and keep nothing."""
        self._wishes.put(lambda control: replace(control, wish="stop_and_discard"))

    def checkpoint(self) -> None:
        """Ask for one checkpoint more."""
        self._wishes.put(lambda control: replace(control, checkpoints=control.checkpoints + 1))

    def sample(self) -> None:
        """Ask for one round of samples more."""
        self._wishes.put(lambda control: replace(control, samples=control.samples + 1))

    def evaluate(self) -> None:
        """Ask for one evaluation more."""
        self._wishes.put(lambda control: replace(control, evaluations=control.evaluations + 1))

    def close(self) -> None:
        """Stop following and wait for the thread; the engine goes on."""
        self._stopping = True
        self._wishes.put(None)
        self.wait()

    def run(self) -> None:
        """Follow until the run ends or the worker is closed."""
        if not self._catch_up():
            return
        looked = 0.0
        while not self._stopping:
            self._pass_on(self._tail.read())
            if self._view.outline.ended is not None:
                self.ended.emit(self._standing(alive=False))
                return
            if time.monotonic() - looked >= LIVENESS:
                if not self._is_alive():
                    self._pass_on(self._tail.read())  # its last words, written between the two looks
                    self.ended.emit(self._standing(alive=False))
                    return
                looked = time.monotonic()
            self._grant(TICK)

    def _catch_up(self) -> bool:
        history = RunView()
        for view in (history, self._view):  # the receiver's and, cheaper than sharing one between threads, our own
            view.fold(())
        while events := self._read_some():
            history.fold(events)
            for event in events:
                self._view.outline.fold(event)
            if self._stopping:
                return False
        self.caught_up.emit(history)
        return True
