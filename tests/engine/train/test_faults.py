"""Bad days: numbers that are none, a full disk, damaged checkpoints, no memory; each ends in words, nothing is lost."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.errors import UserError
from desktop.engine.events import CheckpointSaved, Event, PhaseStarted, Step
from desktop.engine.job import JobSpec
from desktop.engine.train.disk import Disk
from desktop.engine.train.watch import NotFiniteError, explained
from tests.support.training import finish_of, new_run, notices_of, steps_of, train


class FullDisk(Disk):
    """Has no space left for files whose path holds ``where``, from the ``start``-th such write on."""

    def __init__(self, where: str, start: int = 1, times: int = 10_000) -> None:
        self._where, self._start, self._times = where, start, times
        self._seen = 0

    def _check(self, path: Path) -> None:
        if self._where in str(path):
            self._seen += 1
            if self._start <= self._seen < self._start + self._times:
                raise OSError(errno.ENOSPC, "No space left on device")

    def write(self, path: Path, content: bytes) -> None:
        self._check(path)
        super().write(path, content)

    def write_tensors(self, path: Path, tensors: dict[str, torch.Tensor]) -> None:
        self._check(path)
        super().write_tensors(path, tensors)

    def sync(self, path: Path) -> None:
        self._check(path)
        super().sync(path)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "runs"


@pytest.fixture(scope="module")
def whole(root: Path, tiny_model: Path) -> dict[int, Any]:
    """Losses of the run that nothing happened to."""
    run = new_run(root, tiny_model)
    train(run)
    return steps_of(run)


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_the_first_number_that_is_none_stops_the_run_before_the_weights_take_it(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    from transformers import Trainer

    real = Trainer.training_step
    seen: dict[int, list[int]] = {}

    def poisoned(self: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        texts = self.processing_class.batch_decode(inputs["input_ids"], skip_special_tokens=True)
        numbers = [int(found[1]) + 1 for text in texts if (found := re.search(r"loaf\s*(\d+)", text))]
        seen.setdefault(self.state.global_step, []).extend(numbers)
        loss = real(self, model, inputs, *rest, **named)
        if self.state.global_step == 4:
            if what == "loss":
                return loss * float("nan")
            next(p for p in model.parameters() if p.requires_grad).grad.view(-1)[0] = float("inf")
        return loss

    monkeypatch.setattr(Trainer, "training_step", poisoned)
    run = new_run(root, tiny_model, method="full")
    with pytest.raises(UserError, match=f"The {what} of step 5 is no longer a number") as caught:
        train(run)
    assert caught.value.code == "not_finite"
    assert "learning rate" in caught.value.hint
    kept = json.loads((run.path / "bad_batch.json").read_text(encoding="utf-8"))
    assert (kept["what"], kept["step"]) == (what, 5)
    rows = [json.loads(line) for line in (root / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["row"] for row in kept["rows"]] == sorted(seen[4]), "exactly the rows the step was given"
    assert [row["line"] for row in kept["rows"]] == sorted(seen[4])
    for row in kept["rows"]:
        assert rows[row["row"] - 1]["output"] in row["text"]
        assert f"row {row['row']} “What goes into loaf {row['row'] - 1}? / " in caught.value.message
    assert max(steps_of(run)) == 4
    monkeypatch.setattr(Trainer, "training_step", real)
    resumed = train(run, resume=True)  # the checkpoint of step 3 is good
    assert all(torch.isfinite(p).all() for p in resumed.trainer.model.parameters())
    assert finish_of(run).status == "finished"


def test_a_full_disk_at_a_checkpoint_is_told_and_training_goes_on(
    root: Path, tiny_model: Path, whole: dict[int, Any]
) -> None:
    run = new_run(root, tiny_model)
    train(run, disk=FullDisk(".staging-000006"))
    notice = notices_of(run)["disk_full"]
    assert notice.level == "warning"
    assert notice.step == 6
    assert "last good one is kept" in notice.message
    assert "tried again after step 7" in notice.message
    assert [event.step for event in run.events() if isinstance(event, CheckpointSaved)] == [3, 7, 9, max(whole)]
    assert steps_of(run) == whole
    assert finish_of(run).status == "finished"


def test_a_full_disk_at_the_last_save_keeps_the_checkpoint_and_can_be_resumed(
    root: Path, tiny_model: Path, whole: dict[int, Any]
) -> None:
    run = new_run(root, tiny_model)
    with pytest.raises(UserError) as caught:
        train(run, disk=FullDisk(".model-"))
    assert caught.value.code == "disk_full"
    assert "resume" in caught.value.hint
    assert not run.model.exists()
    assert not [path for path in run.path.iterdir() if path.name.startswith(".model")]
    before = len([event for event in run.events() if isinstance(event, Step)])
    train(run, resume=True)
    assert finish_of(run).status == "finished"
    assert len([event for event in run.events() if isinstance(event, Step)]) == before, "nothing is trained twice"
    other = new_run(root, tiny_model)
    train(other)
    weights = "model/adapter_model.safetensors"
    assert (run.path / weights).read_bytes() == (other.path / weights).read_bytes()


@pytest.mark.parametrize("number", [1, 5, 10])  # weights, trainer state, manifest; test_checkpoint has every one
def test_any_write_of_a_checkpoint_may_fail(root: Path, tiny_model: Path, whole: dict[int, Any], number: int) -> None:
    """The N-th write of the second checkpoint fails, the process dies, the resumed run equals the whole one."""
    run = new_run(root, tiny_model, training={"save_every": 2})
    disk = FullDisk(".staging-000004", start=number, times=1)
    train(run, disk=disk, kill_after=5)
    assert "disk_full" in notices_of(run)
    train(run, resume=True)
    assert steps_of(run) == whole


def test_damaged_checkpoints_are_told_and_the_one_before_is_taken(
    root: Path, tiny_model: Path, whole: dict[int, Any]
) -> None:
    run = new_run(root, tiny_model)
    train(run, kill_after=8)
    file = run.checkpoints / "000006" / "optimizer.safetensors"
    data = bytearray(file.read_bytes())
    data[-2] ^= 4
    file.write_bytes(data)
    train(run, resume=True)
    notice = notices_of(run)["damaged_checkpoint"]
    assert "step 6 is damaged" in notice.message
    assert "step 3" in notice.hint
    assert steps_of(run) == whole


def test_a_run_killed_before_its_first_checkpoint_starts_again(
    root: Path, tiny_model: Path, whole: dict[int, Any]
) -> None:
    run = new_run(root, tiny_model)
    train(run, kill_after=2)
    train(run, resume=True)
    assert steps_of(run) == whole


def test_a_checkpoint_of_another_method_is_refused(root: Path, tiny_model: Path) -> None:
    run = new_run(root, tiny_model)
    train(run, kill_after=4)
    values = run.job().to_mapping()
    run.job_file.write_text(JobSpec.from_mapping({**values, "method": {"id": "lora", "rank": 4}}).to_yaml())
    with pytest.raises(UserError, match="another model or method"):
        train(run, resume=True)


def test_no_memory_names_the_settings_to_lower(root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import Trainer

    def hungry(self: Any, *_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(Trainer, "training_step", hungry)
    run = new_run(root, tiny_model, training={"max_length": 256})
    with pytest.raises(UserError) as caught:
        train(run)
    assert caught.value.code == "out_of_memory"
    for words in ("batch size lowered to 2", "accumulate set to 2", "gradient checkpointing", "128 tokens", "QLoRA"):
        assert words in caught.value.hint, words


def test_every_raw_error_becomes_a_sentence() -> None:
    job = JobSpec()
    cases: dict[str, BaseException] = {
        "out_of_memory": RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
        "gpu_lost": RuntimeError("CUDA error: unspecified launch failure"),
        "disk_full": OSError(errno.ENOSPC, "No space left on device"),
        "not_finite": NotFiniteError("loss", 3),
        "unexpected": KeyError("layer"),
    }
    for code, error in cases.items():
        told = explained(error, job, 3, "run/engine.log")
        assert told.code == code
        assert told.hint
        assert told.message.endswith(".")
        assert "Traceback" not in str(told)


def test_a_full_disk_for_events_does_not_end_the_run(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.engine.run_folder import EventWriter

    real = EventWriter.write

    def write(self: EventWriter, event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == "prepare":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, event)

    monkeypatch.setattr(EventWriter, "write", write)
    run = new_run(root, tiny_model, training={"max_steps": 2})
    train(run)
    assert finish_of(run).step == 2
