"""The engine as a process: takes the run's lock, sends every print to its log, turns every end into an event.

Nothing heavy is imported before the run's first event is written, so that whoever watches sees it start at once.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import locale
import os
import signal
import socket
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import filelock

import desktop
from desktop.engine.awake import awake
from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Event, Failed, Finished, Started
from desktop.engine.hardware import hardware
from desktop.engine.heartbeat import Heart
from desktop.engine.launch import DETERMINISTIC, OFFLINE, QUIET
from desktop.engine.run_folder import EventWriter, RunFolder
from desktop.engine.train.control import Wishes
from desktop.engine.train.emitter import Emitter

_PATIENCE = 2.0  # whoever asks whether an engine is alive holds the lock for an instant


def main(argv: list[str]) -> int:
    """Train the run named on the command line; return 0 done, 1 failed, 2 refused."""
    parser = argparse.ArgumentParser(prog="fettle --engine")
    parser.add_argument("run", type=Path)
    parser.add_argument("--resume", action="store_true")
    words = parser.parse_args(argv)
    run = RunFolder(words.run.resolve())
    try:
        with run.lock().acquire(timeout=_PATIENCE):
            refuse_wrong_start(run, resume=words.resume)
            wishes = Wishes(run)
            _prepare_process(run, wishes)
            return work(run, wishes, resume=words.resume)
    except filelock.Timeout:
        return _refused(f"The run {run.name} is already being worked on by another engine. Follow that one.")
    except RequestError as error:  # before the first event: a finished run must not look failed because of it
        return _refused(str(error))
    except OSError as error:
        return _refused(f"The run folder {run.path} cannot be used: {error.strerror}. Check its permissions.")


def work(run: RunFolder, wishes: Wishes, *, resume: bool) -> int:
    """Do the work of ``main`` in this process, the lock being held; every way out ends in an event."""
    with Heart(run.path) as heart, awake(f"Training {run.name}"):
        return _work(run, wishes, heart, resume=resume)


def _work(run: RunFolder, wishes: Wishes, heart: Heart, *, resume: bool) -> int:
    writer = EventWriter(run)
    emitter = Emitter(writer, heart.moved)
    step = 0
    try:
        while True:
            emitter.emit(_started(run, resume=resume))
            from desktop.engine.train.fitted import TryAgainError
            from desktop.engine.train.runner import Runner

            runner = Runner(run, emitter, wishes, resume=resume)
            try:
                emitter.emit(runner.go())
                break
            except TryAgainError:
                resume = True
            finally:
                step = runner.step
            _free_memory()  # outside of the handler: the error's frames hold the tensors that did not fit
            emitter = Emitter(writer, heart.moved)  # its stop-watch counts from the new start
    except Exception as error:  # noqa: BLE001  the process's outermost frame: whatever comes must be told
        traceback.print_exc()
        told = _told(error, run)
        emitter.emit(Failed(code=told.code, message=told.message, hint=told.hint, step=step))
        return told.exit_code
    finally:
        with contextlib.suppress(OSError):  # a full disk: what could be written is written
            writer.close()
    return 0


def _free_memory() -> None:
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def refuse_wrong_start(run: RunFolder, *, resume: bool) -> None:
    """Raise :class:`RequestError` where there is no run, or where it is not in a state to be started like this."""
    if not run.job_file.is_file():
        raise RequestError("no_run", f"{run.path} is no run: it has no job.yaml.", "Check the path.")
    events = run.events()
    if not resume:
        if events:
            raise RequestError(
                "already_started", f"The run {run.name} was started before.", "Resume it, or start a new run."
            )
        return
    end = next((event for event in reversed(events) if isinstance(event, Finished | Failed | Started)), None)
    if isinstance(end, Finished) and end.status != "stopped":
        raise RequestError(
            "already_ended", f"The run {run.name} has {end.status} already.", "Start a new run from the same job."
        )
    _forget_old_stop(run, events)


def _forget_old_stop(run: RunFolder, events: list[Event]) -> None:
    """Take back a stop that an earlier engine obeyed; one asked for since then stands."""
    control = run.control()
    if control.wish == "run" or not events or not run.control_file.is_file():
        return
    if run.control_file.stat().st_mtime <= run.events_file.stat().st_mtime:
        run.ask(replace(control, wish="run"))


def _prepare_process(run: RunFolder, wishes: Wishes) -> None:
    os.environ.update(OFFLINE | QUIET | DETERMINISTIC)
    if "WORLD_SIZE" not in os.environ:
        # With several cards in sight the library splits each batch over threads, which is slower than one card alone
        # and breaks quantised models; several cards are used through torchrun, which sets WORLD_SIZE.
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")
    # Some tokenizers read numbers by the system's rules and break on a decimal comma.
    locale.setlocale(locale.LC_NUMERIC, "C")
    log = os.open(run.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):  # the libraries print below Python, too
        os.dup2(log, stream)
    os.close(log)
    faulthandler.enable()

    def end(number: int, _: object) -> None:
        wishes.terminated = True

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    if hasattr(signal, "SIGHUP"):  # the terminal or the session is gone; the run goes on
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _started(run: RunFolder, *, resume: bool) -> Started:
    """Say who works on the run; the step it goes on from is the newest checkpoint's, verified once torch is there."""
    steps = [int(path.name) for path in run.checkpoints.glob("[0-9]*")] if resume and run.checkpoints.is_dir() else []
    job_device = run.job().device
    device = hardware().device if job_device == "auto" else job_device
    return Started(
        pid=os.getpid(), host=socket.gethostname(), version=desktop.__version__, device=device,
        resumed_step=max(steps, default=0),
    )  # fmt: skip


def _told(error: Exception, run: RunFolder) -> UserError:
    if isinstance(error, UserError):
        return error
    log = f"{run.name}/{run.log_file.name}"
    if isinstance(error, ImportError):
        return UserError(
            "broken_install",
            f"A library that training needs could not be loaded ({error.name or error}).",
            f"Install Fettle again; the details are in {log}.",
        )
    return UserError(
        "unexpected",
        f"Something went wrong that Fettle did not foresee ({type(error).__name__}).",
        f"The details are in {log}. Resume the run, or report the problem with that file.",
    )


def _refused(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2
