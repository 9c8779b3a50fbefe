"""Follows a run from its start to its end and says how it ended, whoever watches; it draws nothing and knows no Qt."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Event, Failed, Finished
from desktop.engine.run_folder import EventTail, RunFolder, Wish
from desktop.flow.run_end import Standing, how_it_ended, standing
from desktop.flow.run_outline import Outline
from desktop.flow.runs import newest_saved

Watcher = Callable[[Outline, Sequence[Event]], None]
LOOK_EVERY = 0.1


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        run: the run.
        standing: the same words as in the window.
        last: its last word, ``None`` where the engine died without one.
        exit_code: of the engine's process, ``None`` where it was not ours.
    """

    run: RunFolder
    standing: Standing
    last: Finished | Failed | None
    exit_code: int | None

    def finished(self) -> Finished:
        """Return the last word of a run that came to a good end; raise what went wrong as :class:`UserError`."""
        match self.last:
            case Finished():
                return self.last
            case Failed(code=code, message=message, hint=hint):
                # The engine's exit code tells whether the request was wrong; an engine that was not ours cannot say.
                kind = RequestError if self.exit_code == RequestError.exit_code else UserError
                raise kind(code, message, hint)
            case _:
                raise UserError("engine_died", f"The engine {how_it_ended(self.exit_code)}.", self.standing.sentence)


class Follower:
    """Reads the events of a run until it ends; interrupted, it can be asked to go on where it was."""

    def __init__(self, run: RunFolder, engine: subprocess.Popen[bytes] | None, watch: Watcher) -> None:
        """Start before the first event; ``watch`` hears each batch as it comes."""
        self._run = run
        self._engine = engine
        self._watch = watch
        self._tail = EventTail(run)
        self._outline = Outline()

    def until_end(self) -> Outcome:
        """Return how the run ended.

        Whatever the watcher raises (or Ctrl+C, anywhere) ends the following and leaves the run at work.
        """
        while True:
            code = self._engine.poll() if self._engine is not None else None
            alive = code is None if self._engine is not None else self._run.is_alive()
            events = self._tail.read()
            for event in events:
                self._outline.fold(event)
            self._watch(self._outline, events)
            if not alive:
                state = standing(self._outline, alive=False, exit_code=code, saved_step=newest_saved(self._run))
                return Outcome(self._run, state, self._outline.ended, code)
            time.sleep(LOOK_EVERY)


def ask(run: RunFolder, wish: Wish) -> None:
    """Ask the engine of ``run`` for another state, whatever else was asked before."""
    run.ask(replace(run.control(), wish=wish))
