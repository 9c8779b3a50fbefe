"""Sweeps the learning rate over a job's first steps and puts everything back; it knows no method or objective.

The job's own phases make the model, the rows and the trainer, so that what is swept is what would be trained.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import transformers

from desktop.engine import rate_sweep
from desktop.engine.errors import UserError
from desktop.engine.events import Event
from desktop.engine.events import Progress as ProgressEvent
from desktop.engine.job import JobSpec
from desktop.engine.objectives.base import TrainSetup
from desktop.engine.rate_sweep import RatePoint, RateSweep, Smoothed
from desktop.engine.run_folder import RunFolder
from desktop.engine.train import plan
from desktop.engine.train.control import Wishes
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.resumable import made_resumable
from desktop.engine.train.rows import shared_out
from desktop.engine.train.runner import Materials, Runner, StoppedError
from desktop.engine.train.state import random_states, set_random_states
from desktop.engine.train.watch import NotFiniteError, explained

STEPS = 80

Told = Callable[[RatePoint], None]

_UNFORESEEN = UserError(
    "unexpected",
    "The sweep ended in a way Fettle did not foresee. Nothing of your job was changed.",
    "Keep the usual learning rate; if the run itself fails as well, its log has the details.",
)


def find_rate(
    job: JobSpec,
    *,
    steps: int = STEPS,
    told: Told = lambda _: None,
    prepared: Callable[[str, int, int], None] = lambda *_: None,
    wanted: Callable[[], bool] = lambda: True,
) -> RateSweep | None:
    """Sweep the learning rate of ``job``; return ``None`` where nobody wanted the answer any more.

    Args:
        job: what would be trained; its own learning rate is not looked at.
        steps: optimizer steps of the sweep.
        told: called with each step.
        prepared: called with what is being made ready, how much of it is done, and of how much.
        wanted: whether to go on; asked at every step.

    Raises:
        UserError: the job cannot be run, in the words a run of it would use.
    """
    folder = Path(tempfile.mkdtemp(prefix="fettle-rate-"))
    try:
        run = RunFolder.create(folder, job)
        return _Finder(run, prepared, wanted).find(steps, told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Asked(Wishes):
    """A run nobody controls by file: it ends when its answer is no longer wanted."""

    def __init__(self, run: RunFolder, wanted: Callable[[], bool]) -> None:
        super().__init__(run)
        self._wanted = wanted

    @property
    def stops(self) -> bool:
        return not self._wanted()


class _Progress:
    """Where the phases' events go: only how far they are is of interest."""

    def __init__(self, prepared: Callable[[str, int, int], None]) -> None:
        self._prepared = prepared

    def write(self, event: Event) -> None:
        if isinstance(event, ProgressEvent):
            self._prepared(event.what, event.done, event.total)


class _Finder(Runner):
    def __init__(self, run: RunFolder, prepared: Callable[[str, int, int], None], wanted: Callable[[], bool]) -> None:
        super().__init__(run, Emitter(_Progress(prepared)), _Asked(run, wanted))
        self._wanted = wanted

    def find(self, steps: int, told: Told) -> RateSweep | None:
        try:
            return self._find(steps, told)
        except StoppedError:
            return None
        except UserError:
            raise
        except Exception as error:
            words = explained(error, self._job, 0, "the log")
            raise _UNFORESEEN if words.code == "unexpected" else words from error

    def _find(self, steps: int, told: Told) -> RateSweep | None:
        job = self._job = self._run.job().model_copy(deep=True)
        usual = job.model_copy(update={"training": job.training.model_copy(update={"learning_rate": None})})
        materials = self._check(usual)
        portions = shared_out(job, materials.objective, self._emitter, self._told)
        self._load(job, materials, portions)
        self._prepare(job, materials, portions)
        trainer = self.trainer(job, materials, steps)
        return sweep(trainer, materials.settled.learning_rate, steps, told, self._wanted)

    def trainer(self, job: JobSpec, materials: Materials, steps: int) -> Any:
        """Return the trainer of the job, set to a few steps without a schedule of its own."""
        prepared = materials.prepared
        assert prepared is not None
        short = job.training.model_copy(update={"max_steps": steps, "warmup": 0.0, "schedule": "constant"})
        arguments = plan.arguments(
            job.model_copy(update={"training": short}), materials.settled, steps, str(self._staging)
        )
        setup = TrainSetup(
            model=materials.model, tokenizer=materials.tokenizer, data=prepared, arguments=arguments,
            training=job.training, options=materials.objective_options, staging=self._staging,
            method=materials.method, head=materials.head,
        )  # fmt: skip
        # A method with a schedule of its own must stand where it stands in the first steps of the whole run.
        total = max(steps + 1, plan.total_steps(job, len(prepared.train)))
        materials.method.prepare(materials.model, materials.method_options, total)
        made = made_resumable(
            materials.objective.trainer(setup), materials.method, materials.method_options,
            muon=job.training.optimizer == "muon",
        )  # fmt: skip
        made.remove_callback(transformers.PrinterCallback)
        made.whole_run = total
        return made


def sweep(
    trainer: Any, usual: float, steps: int, told: Told = lambda _: None, wanted: Callable[[], bool] = lambda: True
) -> RateSweep | None:
    """Sweep with ``trainer`` and leave it as it was: weights, optimizer, schedule, counters and random numbers.

    Args:
        trainer: made resumable, its arguments asking for ``steps`` steps.
        usual: the rate in the middle of the sweep.
        steps: optimizer steps.
        told: called with each step.
        wanted: whether to go on.
    """
    planned = rate_sweep.rates(usual, steps)
    callback = _Sweep(trainer, planned, told, wanted)
    began = time.monotonic()
    with put_back(trainer):
        trainer.optimizer = trainer.lr_scheduler = None
        made = trainer.create_optimizer()
        trainer.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(made, _grown(planned, trainer.args.learning_rate))
        trainer.add_callback(callback)
        try:
            trainer.train()
        except NotFiniteError as error:
            callback.broken(error.step)
        finally:
            trainer.remove_callback(callback)
    if not wanted():
        return None
    return rate_sweep.judged(callback.points, usual, time.monotonic() - began, diverged=callback.diverged)


@contextlib.contextmanager
def put_back(trainer: Any) -> Iterator[None]:
    """Put the trainer back at the end as it was at the start, bit for bit."""
    model = trainer.model
    learned = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
    buffers = {name: b.detach().clone() for name, b in model.named_buffers()}
    modes = {name: module.training for name, module in model.named_modules()}
    extra = _copied(trainer.method.extra_state(model))
    kept = {name: getattr(trainer, name) for name in ("optimizer", "lr_scheduler", "state", "control", "tokens_seen")}
    trainer.state, trainer.control = transformers.TrainerState(), transformers.TrainerControl()
    drawn = random_states()
    try:
        yield
    finally:
        if extra:
            trainer.method.restore_extra(model, extra)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.grad = None
                if name in learned:
                    parameter.copy_(learned[name])
            for name, buffer in model.named_buffers():
                if name in buffers:
                    buffer.copy_(buffers[name])
        for name, module in model.named_modules():
            module.training = modes.get(name, module.training)
        for name, value in kept.items():
            setattr(trainer, name, value)
        trainer.accelerator.free_memory()
        set_random_states(drawn)


class _Sweep(transformers.TrainerCallback):
    """Notes rate and loss of each step and ends the sweep where the loss is lost or nobody wants it any more."""

    def __init__(self, trainer: Any, planned: list[float], told: Told, wanted: Callable[[], bool]) -> None:
        self._trainer, self._planned, self._told, self._wanted = trainer, planned, told, wanted
        self._mean = Smoothed()
        self.points: list[RatePoint] = []
        self.diverged = False

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        total = getattr(self._trainer, "whole_run", len(self._planned) + 1)
        self._trainer.method.on_step(self._trainer.model, state.global_step + 1, total)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        if not logs or "loss" not in logs:
            return
        loss = float(logs["loss"])
        mean = self._mean.add(loss)
        self._point(state.global_step, loss, mean)
        self.diverged = self._mean.is_lost(mean)
        if self.diverged or not self._wanted():
            control.should_training_stop = True

    def broken(self, step: int) -> None:
        """Take a step whose loss or gradient was no number."""
        self.diverged = True
        self._point(step, math.nan, math.nan)

    def _point(self, step: int, loss: float, mean: float) -> None:
        point = RatePoint(step, self._planned[min(step, len(self._planned)) - 1], loss, mean)
        self.points.append(point)
        self._told(point)


def _copied(value: Any) -> Any:
    """Return what a method wants kept, its tensors as copies that later steps do not reach."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    return {key: _copied(item) for key, item in value.items()} if isinstance(value, dict) else value


def _grown(planned: list[float], base: float) -> Callable[[int], float]:
    return lambda step: planned[min(step, len(planned) - 1)] / base
