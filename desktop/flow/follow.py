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


def follow(run: RunFolder, engine: subprocess.Popen[bytes] | None, watch: Watcher) -> Outcome:
    """Read the events of ``run`` until it ends; ``watch`` hears each batch as it comes.

    Whatever ``watch`` raises (a ``KeyboardInterrupt`` among it) ends the following and leaves the run at work.
    """
    tail, outline = EventTail(run), Outline()
    while True:
        code = engine.poll() if engine is not None else None
        alive = code is None if engine is not None else run.is_alive()
        events = tail.read()
        for event in events:
            outline.fold(event)
        watch(outline, events)
        if not alive:
            state = standing(outline, alive=False, exit_code=code, saved_step=newest_saved(run))
            return Outcome(run, state, outline.ended, code)
        time.sleep(LOOK_EVERY)


def ask(run: RunFolder, wish: Wish) -> None:
    """Ask the engine of ``run`` for another state, whatever else was asked before."""
    run.ask(replace(run.control(), wish=wish))
