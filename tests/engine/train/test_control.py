"""What the window asks for in mid-run: pause, go on, stop and save, stop and discard, one more of a thing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.engine.events import CheckpointSaved, Evaluated, Event, Paused, Sampled, Step, Unpaused
from desktop.engine.run_folder import Control, RunFolder
from desktop.engine.train.control import Wishes
from tests.support.training import finish_of, new_run, steps_of, train


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("control") / "runs"


@pytest.fixture(scope="module")
def undisturbed(root: Path, tiny_model: Path) -> RunFolder:
    run = new_run(root, tiny_model)
    train(run)
    return run


def at_step(number: int, do: Callable[[], None]) -> Callable[[Event], None]:
    def act(event: Event) -> None:
        if isinstance(event, Step) and event.step == number:
            do()

    return act


def test_stop_and_save_keeps_the_model_and_can_be_resumed(root: Path, tiny_model: Path, undisturbed: RunFolder) -> None:
    run = new_run(root, tiny_model)
    train(run, on_event=at_step(4, lambda: run.ask(Control(wish="stop_and_save"))))
    end = finish_of(run)
    assert (end.status, end.step) == ("stopped", 4)
    assert (run.model / "adapter_model.safetensors").is_file()
    assert set(end.metrics) == {"before", "after"}
    run.ask(Control())
    train(run, resume=True)
    assert finish_of(run).status == "finished"
    assert steps_of(run) == steps_of(undisturbed)
    weights = "model/adapter_model.safetensors"
    assert (run.path / weights).read_bytes() == (undisturbed.path / weights).read_bytes()


def test_stop_and_discard_leaves_no_model_and_no_checkpoint(root: Path, tiny_model: Path) -> None:
    run = new_run(root, tiny_model)
    train(run, on_event=at_step(4, lambda: run.ask(Control(wish="stop_and_discard"))))
    assert (finish_of(run).status, finish_of(run).step) == ("discarded", 4)
    assert not run.model.exists()
    assert not run.checkpoints.exists()


def test_a_pause_holds_until_it_ends_and_changes_nothing(root: Path, tiny_model: Path, undisturbed: RunFolder) -> None:
    run = new_run(root, tiny_model)

    def act(event: Event) -> None:
        if isinstance(event, Step) and event.step == 2:
            run.ask(Control(wish="pause"))
        if isinstance(event, Paused):
            threading.Timer(0.3, lambda: run.ask(Control(wish="pause", checkpoints=1, samples=1))).start()
            threading.Timer(0.8, lambda: run.ask(Control(checkpoints=1, samples=1))).start()

    train(run, on_event=act, samples=True)
    events = run.events()
    start = next(index for index, event in enumerate(events) if isinstance(event, Paused))
    end = next(index for index, event in enumerate(events) if isinstance(event, Unpaused))
    assert events[end].elapsed - events[start].elapsed > 0.5
    held = events[start + 1 : end]
    assert not any(isinstance(event, Step) for event in held)
    assert any(isinstance(event, CheckpointSaved) and event.step == 2 for event in held)
    assert any(isinstance(event, Sampled) and event.step == 2 for event in held)
    assert steps_of(run) == steps_of(undisturbed)


def test_a_paused_run_can_be_stopped(root: Path, tiny_model: Path) -> None:
    run = new_run(root, tiny_model)

    def act(event: Event) -> None:
        if isinstance(event, Step) and event.step == 1:
            run.ask(Control(wish="pause"))
        if isinstance(event, Paused):
            run.ask(Control(wish="stop_and_save"))

    train(run, on_event=act)
    assert (finish_of(run).status, finish_of(run).step) == ("stopped", 1)


def test_one_more_of_each_when_a_counter_grows(root: Path, tiny_model: Path, undisturbed: RunFolder) -> None:
    run = new_run(root, tiny_model)
    train(run, on_event=at_step(4, lambda: run.ask(Control(checkpoints=1, samples=1, evaluations=1))), samples=True)
    at_four = {type(event) for event in run.events() if getattr(event, "step", 0) == 4}
    assert {CheckpointSaved, Sampled, Evaluated} <= at_four
    at_five = {type(event) for event in run.events() if getattr(event, "step", 0) == 5}
    assert at_five == {Step}
    assert steps_of(run) == steps_of(undisturbed)


def test_the_end_of_the_process_is_stop_and_save_unless_discard_was_asked(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    wishes = Wishes(run)
    wishes.terminated = True
    assert wishes.wish == "stop_and_save"
    run.ask(Control(wish="stop_and_discard"))
    wishes.read()
    assert wishes.wish == "stop_and_discard"


def test_asking_the_same_again_is_noticed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    wishes = Wishes(run)
    assert not wishes.renewed()
    run.ask(Control())
    assert wishes.renewed()
    assert not wishes.renewed()
    run.ask(Control())
    assert wishes.renewed()
