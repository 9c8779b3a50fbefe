"""Follows one run in a thread: its history, its events as they come, its end; it starts nothing and decides nothing."""

from __future__ import annotations

import copy
import queue
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QThread, Signal

from desktop.bridge.engines import Exits
from desktop.engine.errors import UserError
from desktop.engine.events import Event, parse_line
from desktop.engine.run_folder import Control, EventTail, RunFolder
from desktop.flow.run_end import Standing, standing
from desktop.flow.run_outline import Outline
from desktop.flow.run_view import RunView
from desktop.flow.runs import is_worked_on, newest_saved, waiting

TICK = 0.1  # seconds between two looks at the events
LIVENESS = 1.0  # seconds between two looks at the lock
SLICE = 400  # events a signal carries at most: the window folds so many well within a frame
READ_AT_ONCE = 1024 * 1024

_Change = Callable[[Control], Control]


class TrainWorker(QThread):
    """Attached to one run, whether it is at work, finished or crashed; the engine never notices.

    Attributes:
        run_folder: the run's folder.

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
        self._outline = Outline()

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
        over_before = self._outline.ended  # an engine may be about to take up a run that had ended
        looked = -LIVENESS
        while not self._stopping:
            self._pass_on(self._tail.read())
            if self._outline.ended is not None and self._outline.ended is not over_before:
                break
            if time.monotonic() - looked >= LIVENESS:
                if not self._is_alive():
                    self._pass_on(self._tail.read())  # its last words, written between the two looks
                    break
                looked = time.monotonic()
            self._grant()
        if not self._stopping:
            self.ended.emit(self._standing())

    def _catch_up(self) -> bool:
        history = RunView()
        while lines := self._tail.lines(READ_AT_ONCE):
            history.fold(event for line in lines if (event := parse_line(line)) is not None)
            if self._stopping:
                return False
        self._outline = copy.deepcopy(history.outline)  # the history belongs to whoever receives it
        self.caught_up.emit(history)
        return True

    def _pass_on(self, events: list[Event]) -> None:
        for first in range(0, len(events), SLICE):
            batch = events[first : first + SLICE]
            for event in batch:
                self._outline.fold(event)
            self.events_arrived.emit(batch)

    def _is_alive(self) -> bool:
        if is_worked_on(self.run_folder, self._outline, self._exits()):
            return True
        # What waits in the queue is not at work, but it will be: whoever looks at it is to see it begin.
        return self._outline.sessions == 0 and self.run_folder.name in waiting(self.run_folder.path.parent)

    def _standing(self) -> Standing:
        code = self._exits().get(self.run_folder.name)
        return standing(self._outline, alive=False, exit_code=code, saved_step=newest_saved(self.run_folder))

    def _grant(self) -> None:
        """Write down the next wish, waiting for one as long as there is nothing to read."""
        try:
            wish = self._wishes.get(timeout=TICK)
        except queue.Empty:
            return
        if wish is None:
            return
        try:
            self.run_folder.ask(wish(self.run_folder.control()))
        except UserError as error:
            self.refused.emit(error)
