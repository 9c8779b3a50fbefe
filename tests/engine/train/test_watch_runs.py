"""Whole runs that are looked after: the best step kept and taken, early stops, memory and disk that run out."""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.errors import UserError
from desktop.engine.events import CheckpointSaved, Evaluated, Failed, Paused, Started, Step, Unpaused
from desktop.engine.job import JobSpec, Training
from desktop.engine.run_folder import Control, RunFolder
from desktop.engine.train.child import work
from desktop.engine.train.control import Wishes
from desktop.engine.train.disk import Disk
from desktop.engine.train.fitted import fitted, halved, keep
from tests.support.tensors import tensors_of
from tests.support.training import finish_of, new_run, notices_of, steps_of, train


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watch") / "runs"


def _held_out(monkeypatch: pytest.MonkeyPatch, losses: dict[int, float]) -> None:
    """Let the held-out loss be what a test says at each step."""
    from desktop.engine.train import runner

    def said(objective: Any, trainer: Any, *_: Any) -> dict[str, float]:
        return {"loss": losses.get(trainer.state.global_step, 9.0)}

    monkeypatch.setattr(runner, "measured", said)


def _kept(run: RunFolder) -> list[int]:
    return sorted(int(path.name) for path in run.checkpoints.iterdir())


EVERY = {"evaluate_every": 2, "save_every": 3, "keep_checkpoints": 1, "max_steps": 10}
BEST_AT_4 = {0: 5.0, 2: 4.0, 4: 1.0, 6: 2.0, 8: 3.0, 10: 4.0}


def test_the_best_step_is_kept_and_its_model_is_the_result_where_that_is_wished(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _held_out(monkeypatch, BEST_AT_4)
    run = new_run(root, tiny_model, method="full", training={**EVERY, "load_best": True})
    seen: dict[int, dict[str, torch.Tensor]] = {}
    runner: list[Any] = []

    def on_event(event: Any) -> None:
        if isinstance(event, CheckpointSaved):
            from safetensors.torch import load_file

            seen[event.step] = load_file(run.path / event.folder / "trainable.safetensors")

    runner.append(train(run, on_event=on_event))
    assert _kept(run) == [4, 10]
    model = tensors_of(runner[0].trainer.model)
    assert all(torch.equal(model[name], seen[4][name]) for name in seen[4])
    assert any(not torch.equal(seen[10][name], seen[4][name]) for name in seen[4])
    assert "step 4" in notices_of(run)["best_loaded"].message
    over = notices_of(run)["overfitting"]
    assert over.step == 8
    assert "1.000 at step 4" in over.message
    afters = [event.step for event in run.events() if isinstance(event, Evaluated) and event.when == "after"]
    assert afters == [10, 4]
    plain = new_run(root, tiny_model, method="full", training={**EVERY, "keep_best": False})
    trained = train(plain)
    assert _kept(plain) == [10]
    last = tensors_of(trained.trainer.model)
    assert all(torch.equal(last[name], seen[10][name]) for name in seen[10]), "watching changes no number"


def test_the_best_survives_a_kill(root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _held_out(monkeypatch, BEST_AT_4)
    run = new_run(root, tiny_model, training={**EVERY, "load_best": True})
    train(run, kill_after=7)
    assert _kept(run) == [4, 6]
    train(run, resume=True)
    assert _kept(run) == [4, 10]
    assert "step 4" in notices_of(run)["best_loaded"].message
    assert finish_of(run).step == 10


def test_no_better_step_than_the_start_is_told(root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _held_out(monkeypatch, {0: 1.0})
    run = new_run(root, tiny_model, training={**EVERY, "max_steps": 4, "load_best": True})
    train(run)
    assert "no validation was better" in notices_of(run)["no_best"].message
    assert _kept(run) == [4]


def test_a_damaged_best_is_told_and_the_last_model_is_the_result(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _held_out(monkeypatch, {0: 5.0, 2: 1.0})
    run = new_run(root, tiny_model, training={**EVERY, "max_steps": 4, "load_best": True})

    def on_event(event: Any) -> None:
        if isinstance(event, Step) and event.step == 4:
            file = run.checkpoints / "000002" / "trainable.safetensors"
            data = bytearray(file.read_bytes())
            data[-2] ^= 4
            file.write_bytes(data)

    train(run, on_event=on_event)
    assert "not there or damaged" in notices_of(run)["no_best"].message
    assert finish_of(run).status == "finished"


def test_every_k_th_checkpoint_stays(root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _held_out(monkeypatch, {})
    settings = {**EVERY, "save_every": 1, "keep_every": 4, "keep_best": False}
    run = new_run(root, tiny_model, training=settings)
    train(run)
    assert _kept(run) == [4, 8, 10]


def test_a_run_without_improvement_ends_by_itself_and_stays_ended(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _held_out(monkeypatch, BEST_AT_4)
    run = new_run(root, tiny_model, training={**EVERY, "early_stop": 2})
    train(run)
    end = finish_of(run)
    assert (end.status, end.step) == ("finished", 8)
    notice = notices_of(run)["early_stop"]
    assert "step 8 of 10" in notice.message
    assert "Step 4 was the best" in notice.message
    assert _kept(run) == [4, 8]


def test_memory_that_runs_out_halves_the_batch_and_the_run_goes_on(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import Trainer

    whole = new_run(root, tiny_model, training={"max_steps": 7})
    train(whole)
    real = Trainer.training_step
    sizes: list[int] = []

    def hungry(self: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        rows = len(inputs["input_ids"])
        sizes.append(rows)
        if rows > 2 and self.state.global_step >= 4:
            raise torch.OutOfMemoryError
        return real(self, model, inputs, *rest, **named)

    monkeypatch.setattr(Trainer, "training_step", hungry)
    run = new_run(root, tiny_model, training={"max_steps": 7, "on_out_of_memory": "halve"})
    assert work(run, Wishes(run), resume=False) == 0
    assert finish_of(run).step == 7
    assert [event.resumed_step for event in run.events() if isinstance(event, Started)] == [0, 3]
    assert "batches have 2 now and 2 of them" in notices_of(run)["smaller_batch"].message
    assert json.loads((run.path / "fitted.json").read_text()) == {"batch_size": 2, "accumulation": 2}
    same, other = steps_of(whole), steps_of(run)
    assert same.keys() == other.keys()
    for step, (loss, norm, rate, tokens) in same.items():
        assert other[step][0] == pytest.approx(loss, rel=1e-3), "the same rows in every step"
        assert other[step][1] == pytest.approx(norm, rel=1e-2)
        assert other[step][2:] == (rate, tokens)
    assert set(sizes[-4:]) == {2}


def test_an_engine_at_work_has_a_pulse_and_keeps_the_machine_awake(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.engine.events import Event
    from desktop.engine.run_folder import EventWriter
    from desktop.engine.train import child

    told: list[str] = []
    pulses: list[bool] = []

    @contextlib.contextmanager
    def awake(why: str) -> Iterator[bool]:
        told.append(why)
        yield True
        told.append("released")

    real = EventWriter.write

    def write(self: EventWriter, event: Event) -> None:
        pulses.append((run.path / "heartbeat.json").is_file())
        assert told[-1] != "released"
        real(self, event)

    run = new_run(root, tiny_model, training={"max_steps": 1})
    monkeypatch.setattr(child, "awake", awake)
    monkeypatch.setattr(EventWriter, "write", write)
    assert work(run, Wishes(run), resume=False) == 0
    assert told == [f"Training {run.name}", "released"]
    assert all(pulses)
    assert len(pulses) > 5
    assert not list(run.path.glob("*heartbeat*"))


def test_memory_that_runs_out_can_be_tried_again_by_resuming(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import Trainer

    real = Trainer.training_step

    def hungry(self: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        if len(inputs["input_ids"]) > 2:
            raise torch.OutOfMemoryError
        return real(self, model, inputs, *rest, **named)

    monkeypatch.setattr(Trainer, "training_step", hungry)
    run = new_run(root, tiny_model, training={"max_steps": 2})
    assert work(run, Wishes(run), resume=False) == 1
    failed = run.events()[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "out_of_memory"
    assert failed.hint.startswith("Resume the run: it tries again with the batch size lowered to 2")
    assert work(run, Wishes(run), resume=True) == 0
    assert finish_of(run).step == 2


def test_a_batch_is_cut_so_that_a_step_keeps_its_rows(tmp_path: Path) -> None:
    for rows, smaller, times in [(8, 4, 2), (6, 3, 2), (9, 3, 3), (7, 1, 7), (2, 1, 2)]:
        made = halved(Training(batch_size=rows, accumulation=3))
        assert made is not None
        assert (made.batch_size, made.accumulation) == (smaller, 3 * times)
    assert halved(Training(batch_size=1)) is None
    job = JobSpec(training=Training(batch_size=8))
    run = RunFolder.create(tmp_path, job)
    keep(run, Training(batch_size=4, accumulation=2))
    assert (fitted(run, job).training.batch_size, fitted(run, job).training.accumulation) == (4, 2)
    for wrong in ('{"batch_size": 4, "accumulation": 4}', "{", '{"batch_size": 0, "accumulation": 0}', "[]"):
        (run.path / "fitted.json").write_text(wrong)
        assert fitted(run, job) == job


class FillingDisk(Disk):
    """Has no room for a checkpoint of the steps ``full`` until ``looks`` looks at it were taken."""

    def __init__(self, full: int, looks: int) -> None:
        self._full, self.looks = full, looks

    def free(self, folder: Path) -> int:
        self.looks -= 1
        return 0 if self.looks > 0 else 1 << 40

    def write_tensors(self, path: Path, tensors: dict[str, torch.Tensor]) -> None:
        if self.looks > 0 and f".staging-{self._full:06d}" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write_tensors(path, tensors)


def test_a_full_disk_holds_the_run_until_there_is_room(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.engine.train.saver._POLL", 0.01)
    whole = new_run(root, tiny_model)
    train(whole)
    run = new_run(root, tiny_model)
    train(run, disk=FillingDisk(3, 6))
    order = [
        (type(event).__name__, event.step)
        for event in run.events()
        if isinstance(event, Step | Paused | Unpaused | CheckpointSaved) and event.step in (3, 4)
    ]
    assert order == [("Step", 3), ("Paused", 3), ("CheckpointSaved", 3), ("Unpaused", 3), ("Step", 4)]
    assert "holds at step 3" in notices_of(run)["disk_full_pause"].message
    assert steps_of(run) == steps_of(whole)


def test_a_held_run_goes_on_when_asked_and_stops_when_asked(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.engine.train.saver._POLL", 0.01)
    run = new_run(root, tiny_model, training={"max_steps": 8})

    def on_event(event: Any) -> None:
        if isinstance(event, Paused):
            run.ask(Control(wish="run" if event.step == 3 else "stop_and_discard"))

    train(run, disk=FillingDisk(3, 10_000), on_event=on_event)
    assert next(event.step for event in run.events() if isinstance(event, CheckpointSaved)) == 4, "tried again soon"
    assert finish_of(run).status == "finished"


@pytest.mark.parametrize("words", ["CUDA error: unknown error", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"])
def test_a_gpu_that_is_gone_ends_in_words_and_the_run_goes_on_where_it_was(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    from transformers import Trainer

    whole = new_run(root, tiny_model, training={"max_steps": 6})
    train(whole)
    real = Trainer.training_step

    def lost(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.state.global_step == 4:
            raise RuntimeError(words)
        return real(self, *arguments, **named)

    run = new_run(root, tiny_model, training={"max_steps": 6})
    monkeypatch.setattr(Trainer, "training_step", lost)
    with pytest.raises(UserError, match="GPU stopped answering after step 4") as caught:
        train(run)
    assert caught.value.code == "gpu_lost"
    monkeypatch.setattr(Trainer, "training_step", real)
    train(run, resume=True)
    assert steps_of(run) == steps_of(whole)
