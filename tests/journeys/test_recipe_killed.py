"""Whoever is killed in whichever stage, a recipe goes on and comes to what it would have come to."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from desktop import paths
from desktop.engine.events import CheckpointSaved, Paused, Started, Step
from desktop.engine.recipe_driver import drive
from desktop.engine.recipe_folder import RecipeFolder
from desktop.engine.run_folder import Control, RunFolder
from tests.support.command_line import run_fettle
from tests.support.recipes import two_stages

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="kills with POSIX signals"),
    pytest.mark.timeout(600),  # a dozen processes, each of which loads the libraries
]
STEPS = 40
Thing = TypeVar("Thing")


def test_killed_in_each_stage_it_comes_to_the_same_models(tiny_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    spec = two_stages(tmp_path, tiny_model, max_steps=STEPS, save_every=5, evaluate_every=STEPS)
    file.write_text(spec.to_yaml(), encoding="utf-8")
    whole = RecipeFolder.create(paths.recipes(), spec.filled(name="whole"))
    assert drive(whole) == "finished"

    begun = run_fettle("recipe", "run", str(file), "--name", "killed", "--detach", "--json")
    assert begun.code == 0, begun.err + begun.out
    folder, driver = RecipeFolder(paths.recipes() / "killed"), begun.answer["pid"]
    for stage in ("sft", "dpo"):
        run = _wait_for(lambda stage=stage: _at_work(folder, stage), f"{stage} never came to a checkpoint")
        run.ask(Control(wish="pause"))  # else a quick machine is through before the kill
        _wait_for(lambda run=run: any(isinstance(event, Paused) for event in run.events()), "it did not pause")
        os.kill(driver, signal.SIGKILL)
        os.kill(next(event.pid for event in run.events() if isinstance(event, Started)), signal.SIGKILL)
        _wait_for(lambda run=run: not run.is_alive() and not folder.is_driven(), "a killed process held its lock")
        assert folder.states()[stage] == "interrupted"
        shown = run_fettle("recipe", "show", "killed", "--json").answer
        assert shown["status"] == "stopped"
        assert "Resume the recipe" in shown["hint"]
        if stage == "sft":
            driver = run_fettle("recipe", "resume", "killed", "--detach", "--json").answer["pid"]
    resumed = run_fettle("recipe", "resume", "killed", "--json")
    assert resumed.code == 0, resumed.err + resumed.out
    assert resumed.answer["status"] == "finished"

    for stage in ("sft", "dpo"):
        ours, theirs = folder.run_of(stage), whole.run_of(stage)
        assert ours is not None
        assert theirs is not None
        assert sum(isinstance(event, Started) for event in ours.events()) == 2, "taken up once, and not begun anew"
        assert _losses(ours) == _losses(theirs)
        weights = [(run.model / "adapter_model.safetensors").read_bytes() for run in (ours, theirs)]
        assert weights[0] == weights[1]
    assert len(RunFolder.all_in(paths.runs())) == 4


def test_a_driver_killed_alone_leaves_its_engine_at_work_and_the_next_waits_for_it(
    tiny_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(two_stages(tmp_path, tiny_model, max_steps=40).to_yaml(), encoding="utf-8")
    begun = run_fettle("recipe", "run", str(file), "--name", "alone", "--detach", "--json")
    folder = RecipeFolder(paths.recipes() / "alone")
    run = _wait_for(lambda: _at_work(folder, "sft"), "the first stage never came to a checkpoint")
    os.kill(begun.answer["pid"], signal.SIGKILL)
    _wait_for(lambda: not folder.is_driven(), "a killed driver held its lock")
    resumed = run_fettle("recipe", "resume", "alone", "--json")
    assert resumed.code == 0, resumed.err + resumed.out
    assert folder.states() == {"sft": "finished", "dpo": "finished"}
    assert sum(isinstance(event, Started) for event in run.events()) == 1


def _at_work(folder: RecipeFolder, stage: str) -> RunFolder | None:
    """Return the run of ``stage`` once it has a checkpoint behind it."""
    run = folder.run_of(stage)
    if run is None:
        return None
    return run if any(isinstance(event, CheckpointSaved) for event in run.events()) else None


def _losses(run: RunFolder) -> dict[int, float]:
    return {event.step: event.loss for event in run.events() if isinstance(event, Step)}


def _wait_for(met: Callable[[], Thing | None], otherwise: str, seconds: float = 90) -> Thing:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := met():
            return found
        time.sleep(0.05)
    pytest.fail(otherwise)
