"""Runs the real engine in the test's own process on tiny models; an interruption is an exception nothing catches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.engine.errors import UserError
from desktop.engine.events import Event, Finished, Noticed, Step
from desktop.engine.job import JobSpec
from desktop.engine.run_folder import EventWriter, RunFolder
from desktop.engine.train.control import Wishes
from desktop.engine.train.disk import Disk
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.runner import Runner
from tests.support.tensors import tensors_of

ANSWERS = ("Flour, water and salt.", "Two eggs and some milk.", "A warm place and time.", "Rye, seeds and patience.")


def write_rows(file: Path, count: int = 24) -> Path:
    """Write ``count`` instruction rows whose answers can be learned."""
    rows = [{"instruction": f"What goes into loaf {n}?", "output": ANSWERS[n % len(ANSWERS)]} for n in range(count)]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def new_run(root: Path, model: Path | str, **settings: Any) -> RunFolder:
    """Make a run folder of a short job: about 12 steps, a checkpoint every 3."""
    root.mkdir(parents=True, exist_ok=True)
    data = root / "rows.jsonl"
    if not data.exists():
        write_rows(data)
    training = {
        "epochs": 2, "batch_size": 4, "max_length": 64, "seed": 7, "threads": 1, "save_every": 3, "evaluate_every": 6,
        **settings.pop("training", {}),
    }  # fmt: skip
    values = {"name": "t", "model": str(model), "data": [{"path": str(data)}], "device": "cpu", "training": training}
    return RunFolder.create(root, JobSpec.from_mapping({**values, **settings}))


class Killed(BaseException):
    """Stands for the process being gone: derives from BaseException, so that no code of ours catches it."""


class WatchedRunner(Runner):
    """Keeps what the tests compare.

    Attributes:
        everything: every tensor as the method built it.
        trainer: the library's trainer.
        samples: whether prompts are answered in mid-run.
    """

    everything: dict[str, Any]
    trainer: Any
    samples = False

    def _prepare(self, job: JobSpec, materials: Any, *rows: Any) -> None:
        super()._prepare(job, materials, *rows)
        if not self.samples:  # a tiny model never ends an answer by itself, and the full length is half of a run's time
            materials.prompts = []

    def _trainer(self, *arguments: Any) -> Any:
        boundary, trainer = super()._trainer(*arguments)
        self.trainer = trainer
        self.everything = tensors_of(trainer.model)
        return boundary, trainer


class Recorder:
    """Writes events to the run and lets a test act on each."""

    def __init__(self, writer: EventWriter, on_event: Callable[[Event], None]) -> None:
        self._writer = writer
        self._on_event = on_event

    def write(self, event: Event) -> None:
        self._writer.write(event)
        self._on_event(event)


def train(
    run: RunFolder,
    *,
    resume: bool = False,
    disk: Disk | None = None,
    on_event: Callable[[Event], None] | None = None,
    kill_after: int | None = None,
    samples: bool = False,
) -> WatchedRunner:
    """Take ``run`` through all its phases; ``kill_after`` ends it as if the process had died after that step."""

    def act(event: Event) -> None:
        if kill_after is not None and isinstance(event, Step) and event.step == kill_after:
            raise Killed
        if on_event is not None:
            on_event(event)

    writer = EventWriter(run)
    runner = WatchedRunner(run, Emitter(Recorder(writer, act)), Wishes(run), resume=resume, disk=disk)
    runner.samples = samples
    try:
        writer.write(runner.go())
    except Killed:
        pass
    finally:
        writer.close()
    return runner


def steps_of(run: RunFolder) -> dict[int, tuple[float, float, float, int]]:
    """Return step -> what must be equal after a resume; a step told twice counts with its last telling."""
    return {
        event.step: (event.loss, event.gradient_norm, event.learning_rate, event.tokens)
        for event in run.events()
        if isinstance(event, Step)
    }


def notices_of(run: RunFolder) -> dict[str, Noticed]:
    """Return code -> notice."""
    return {event.code: event for event in run.events() if isinstance(event, Noticed)}


def finish_of(run: RunFolder) -> Finished:
    """Return the terminal event of a run that ended well."""
    end = run.events()[-1]
    assert isinstance(end, Finished), end
    return end


__all__ = ["Killed", "UserError", "finish_of", "new_run", "notices_of", "steps_of", "train", "write_rows"]
