"""Whoever is killed, nothing is lost: the engine outlives its starter, and a killed engine goes on bit for bit."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine.events import CheckpointSaved, Event, Finished, Started, Step
from desktop.engine.run_folder import RunFolder
from desktop.flow.runs import Shelf
from tests.journeys.conftest import wait_for_event
from tests.support.command_line import run_fettle, start_fettle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills with POSIX signals")


def _words(model: Path, data: Path, steps: int, name: str) -> list[str]:
    settings = {
        "training.max_steps": steps,
        "training.epochs": 1000,
        "training.max_length": 64,
        "training.save_every": 10,
        "method.dropout": 0.1,
    }
    sets = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    return ["train", "--model", str(model), "--data", str(data), "--name", name, *sets]


def _losses(run: RunFolder) -> dict[int, float]:
    """Return the loss of every step as it finally counts: a resumed engine's over the killed one's."""
    return {event.step: event.loss for event in run.events() if isinstance(event, Step)}


def test_a_killed_engine_is_told_of_and_goes_on_as_if_nothing_had_been(tiny_model: Path, alpaca_file: Path) -> None:
    whole = run_fettle(*_words(tiny_model, alpaca_file, 60, "whole"), "--json")
    assert whole.code == 0, whole.err + whole.out

    begun = run_fettle(*_words(tiny_model, alpaca_file, 60, "killed"), "--detach", "--json")
    run = RunFolder(paths.runs() / begun.answer["run"])
    wait_for_event(run, lambda event: isinstance(event, CheckpointSaved) and event.step >= 20)
    started = next(event for event in run.events() if isinstance(event, Started))
    os.kill(started.pid, signal.SIGKILL)
    while run.is_alive():  # the system takes a moment to free a dead process's lock
        time.sleep(0.02)

    summary = next(one for one in Shelf(paths.runs()).look() if one.folder == run.name)
    if summary.status == "finished":
        pytest.skip("the engine was faster than the kill")
    assert summary.status == "interrupted"
    assert summary.resume_step is not None
    assert summary.resume_step >= 20
    assert "saved" in summary.sentence

    resumed = run_fettle("train", "--resume", run.name, "--json")
    assert resumed.code == 0, resumed.err + resumed.out
    assert [event.resumed_step for event in run.events() if isinstance(event, Started)][1] == summary.resume_step
    assert _losses(run) == _losses(RunFolder(paths.runs() / whole.answer["run"]))


def test_the_engine_outlives_whoever_started_it(tiny_model: Path, alpaca_file: Path) -> None:
    with start_fettle(*_words(tiny_model, alpaca_file, 40, "orphan"), "--json") as starter:
        run = _only_run()
        wait_for_event(run, lambda event: isinstance(event, Step))
        starter.kill()
        starter.communicate()
    wait_for_event(run, lambda event: isinstance(event, Finished))
    assert sorted(_losses(run)) == list(range(1, 41)), "every step is in the history"


def test_ctrl_c_once_stops_and_saves(tiny_model: Path, alpaca_file: Path) -> None:
    with start_fettle(*_words(tiny_model, alpaca_file, 100_000, "stopped")) as training:
        run = _only_run()
        wait_for_event(run, lambda event: isinstance(event, Step))
        training.send_signal(signal.SIGINT)
        out, err = training.communicate(timeout=90)
    assert training.returncode == 0, out + err
    assert "Stopping after this step and saving" in out
    assert "Traceback" not in out + err
    last: Event = run.events()[-1]
    assert isinstance(last, Finished)
    assert last.status == "stopped"
    assert (run.model / "adapter_model.safetensors").is_file()


def _only_run(seconds: float = 60) -> RunFolder:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := RunFolder.all_in(paths.runs()):
            return found[0]
        time.sleep(0.05)
    pytest.fail("no run was made")
