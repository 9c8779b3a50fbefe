"""Drives a recipe: the engine of one stage after the other, each a process of its own; it knows neither torch nor Qt.

It may be killed at any time: what is done is told by the runs, so the next driver goes on where this one was.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import filelock

from desktop.engine.errors import RequestError, UserError
from desktop.engine.launch import detached, environment, launch
from desktop.engine.recipe import Stage
from desktop.engine.recipe_folder import RecipeFolder, StageState, Word, state_of
from desktop.engine.run_folder import RunFolder

Follow = Callable[[Stage, RunFolder, "subprocess.Popen[bytes] | None"], None]
"""Returns once the run of a stage has ended; the process is ``None`` where another driver started the engine."""

_PATIENCE = 2.0  # whoever asks whether a recipe is driven holds the lock for an instant
_LOOK_EVERY = 0.2
_RESUMABLE: frozenset[StageState] = frozenset({"stopped", "failed", "interrupted"})


def launch_driver(folder: RecipeFolder) -> subprocess.Popen[bytes]:
    """Start a driver of ``folder`` as a process that outlives whoever started it."""
    take_up(folder)
    return detached(["--recipe", str(folder.path)], folder.log_file, folder.path, environment(1), "recipe")


def take_up(folder: RecipeFolder) -> None:
    """Take back what an earlier driver was asked and said; done before the next one starts, so no new wish is lost."""
    folder.ask_to_stop(stop=False)
    folder.say(None)


def main(argv: list[str]) -> int:
    """Drive the recipe named on the command line; return 0 done or stopped, 1 failed, 2 refused."""
    if len(argv) != 1:
        return _refused("A driver takes the folder of one recipe.")
    _live_on()
    try:
        return 0 if drive(RecipeFolder(Path(argv[0]).resolve())) in ("finished", "stopped") else 1
    except UserError as error:
        _refused(str(error))
        return error.exit_code


def drive(folder: RecipeFolder, follow: Follow | None = None) -> StageState:
    """Run what is left of a recipe and return how the last stage it touched ended: all is done where ``finished``.

    Args:
        folder: the recipe.
        follow: waits for a stage and shows it; without one, it is just waited for.

    Raises:
        RequestError: it is no recipe, or somebody else drives it.
        UserError: a stage could not be begun; the reason is left in the folder, too.
    """
    if not folder.recipe_file.is_file():
        raise RequestError("no_recipe", f"{folder.path} is no recipe: it has no recipe.yaml.", "Check the path.")
    try:
        with folder.lock().acquire(timeout=_PATIENCE):
            try:
                return _drive(folder, follow or _wait)
            except UserError as error:
                with contextlib.suppress(UserError):  # a full disk takes no last word
                    folder.say(Word(error.code, error.message, error.hint))
                raise
    except filelock.Timeout:
        raise RequestError(
            "already_running", f"The recipe {folder.name} is being worked on right now.", "Let it go on."
        ) from None


def _drive(folder: RecipeFolder, follow: Follow) -> StageState:
    state: StageState = "finished"
    for stage in folder.spec().stages:
        state = state_of(folder.run_of(stage.id))
        if state == "finished":
            continue
        if folder.is_asked_to_stop():
            return "stopped"
        state = _stage(folder, stage, state, follow)
        if state != "finished":
            return state
    return state


def _stage(folder: RecipeFolder, stage: Stage, state: StageState, follow: Follow) -> StageState:
    """Take one stage to its end and return how it ended."""
    run = folder.run_of(stage.id)
    engine: subprocess.Popen[bytes] | None = None
    if run is not None and state != "running" and run.control().wish != "run":
        run.ask(replace(run.control(), wish="run"))  # a stop that was obeyed, or that nobody was there to obey
    if run is None or state == "discarded":
        run = folder.begin(stage, folder.models())
        engine = launch(run)
    elif state == "begun":
        engine = launch(run)
    elif state in _RESUMABLE:
        engine = launch(run, resume=True)
    if folder.is_asked_to_stop():  # asked before the run was there to be asked
        run.ask(replace(run.control(), wish="stop_and_save"))
    follow(stage, run, engine)
    while (state := state_of(run)) == "running":  # an engine that an earlier driver started was quicker than ours
        follow(stage, run, None)
    if state == "begun":
        raise UserError(
            "engine_died",
            f"The engine of the stage {stage.title} ended before it could begin.",
            f"The details are in {run.name}/{run.log_file.name}. Resume the recipe to try again.",
        )
    return state


def _wait(stage: Stage, run: RunFolder, engine: subprocess.Popen[bytes] | None) -> None:
    if engine is not None:
        engine.wait()
        return
    while run.is_alive():
        time.sleep(_LOOK_EVERY)


def _live_on() -> None:
    """Outlive the terminal, and keep to the processor's idle time: a driver only waits."""
    import signal

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _refused(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2
