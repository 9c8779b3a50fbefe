"""One run from its job file to its model: check, load, prepare, train, save, each phase announced.

It knows neither processes nor signals (see ``child``), nor any method or objective in particular.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

import torch
import transformers

from desktop.engine import check
from desktop.engine.data.mixing.portions import Portions
from desktop.engine.data.mixing.tasks import learned_tasks
from desktop.engine.data.rows import Row
from desktop.engine.errors import RequestError, UserError
from desktop.engine.evaluate.tasks import measured
from desktop.engine.events import Finished, PhaseStarted, Planned
from desktop.engine.events import Progress as ProgressEvent
from desktop.engine.hardware import hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import estimate
from desktop.engine.methods import METHODS
from desktop.engine.models.facts import facts_of
from desktop.engine.models.heads import train_head
from desktop.engine.models.library import resolve
from desktop.engine.models.load import fresh_model, load_model, load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import TrainSetup
from desktop.engine.run_folder import RunFolder
from desktop.engine.train import bad_batch, environment, plan
from desktop.engine.train.best import best_instead
from desktop.engine.train.boundary import Boundary, Progress
from desktop.engine.train.checkpoint import CheckpointStore, Saved
from desktop.engine.train.control import Wishes
from desktop.engine.train.disk import Disk
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.fitted import TryAgainError, fitted_and_told, halved, is_out_of_memory, keep
from desktop.engine.train.lookout import best_step
from desktop.engine.train.materials import Materials as Materials
from desktop.engine.train.result import Result, save_result
from desktop.engine.train.resumable import made_resumable
from desktop.engine.train.rows import check_left, figures, prompts_of_tasks, shared_out, tokenised
from desktop.engine.train.sampling import Sampler, prompts_asked
from desktop.engine.train.state import read_progress
from desktop.engine.train.watch import NotFiniteError, explained

_EVALUATIONS, _CHECKPOINTS = 5, 4


class StoppedError(Exception):
    """The run was asked to stop before its first step: there is nothing to keep."""


class Runner:
    """Takes one run through its phases."""

    def __init__(
        self, run: RunFolder, emitter: Emitter, wishes: Wishes, *, resume: bool = False, disk: Disk | None = None
    ) -> None:
        """Point at a run; nothing is read yet."""
        self._run = run
        self._emitter = emitter
        self._wishes = wishes
        self._resume = resume
        self._disk = disk or Disk()
        self._job: JobSpec | None = None
        self._progress = Progress()
        self._training = False
        self._staging = run.path / ".library"

    def go(self) -> Finished:
        """Do everything and return how it ended; raise :class:`UserError` where it did not come to its end."""
        try:
            return self._go()
        except StoppedError:
            return self._stopped_early()
        except UserError:
            raise
        except Exception as error:
            if self._training and is_out_of_memory(error):
                self._halve()
            log = f"{self._run.name}/{self._run.log_file.name}"
            raise explained(error, self._job, self.step, log, training=self._training) from error
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _stopped_early(self) -> Finished:
        """Tell of a stop before this engine's first step; what an earlier one left can still be resumed."""
        if self._wishes.wish == "stop_and_discard":
            CheckpointStore(self._run.checkpoints, 1, self._disk).remove_all()
            return Finished(status="discarded", step=self.step, seconds=self._progress.seconds)
        self._emitter.notice(
            "info",
            "stopped_early",
            "The run was stopped before its first step, so there is nothing new to save.",
            "Resume it any time.",
            self.step,
        )
        return Finished(status="stopped", step=self.step, seconds=self._progress.seconds)

    @property
    def step(self) -> int:
        """Return the optimizer steps done."""
        return self._progress.step

    def _go(self) -> Finished:
        self._phase("check")
        job = self._job = fitted_and_told(self._run, self._emitter)
        materials = self._check(job)
        kept = job.training
        store = CheckpointStore(self._run.checkpoints, kept.keep_checkpoints, self._disk, every=kept.keep_every)
        start = self._start_from(store)
        self._phase("load")
        # The rows come first: they say what the head of a model that ends in one is called.
        portions = shared_out(job, materials.objective, self._emitter, self._told)
        self._load(job, materials, portions)
        self._phase("prepare")
        self._prepare(job, materials, portions)
        boundary, trainer = self._trainer(job, materials, store)
        self._phase("train")
        self._training = True
        try:
            self._train(boundary, trainer, start)
        except NotFiniteError as error:
            error.rows = bad_batch.named(self._run.path, error.what, error.step, error.texts, portions)
            raise
        return self._end(job, materials, boundary, trainer, store)

    def _halve(self) -> None:
        """Settle a smaller batch for whoever takes the run up again; raise :class:`TryAgainError` where that is now."""
        smaller = halved(self._job.training) if self._job else None
        if self._job is None or smaller is None:
            return
        keep(self._run, smaller)
        if self._job.training.on_out_of_memory == "halve":
            raise TryAgainError

    def _phase(self, name: Any) -> None:
        self._emitter.emit(PhaseStarted(phase=name))

    def _check(self, job: JobSpec) -> Materials:
        machine = hardware()
        found = check.problems(job, machine)
        if any(problem.severity == "error" for problem in found):
            raise RequestError.from_problems(found)
        for problem in found:
            self._emitter.notice("warning", "job", problem.message, problem.fix)
        method, objective = METHODS.get(job.method.id), OBJECTIVES.get(job.objective.id)
        ref = resolve(job.model)
        facts = facts_of(ref.folder)
        settled = plan.plan(job, facts, machine)
        options = method.for_tasks(check.options_of(method, job.method), learned_tasks(job.data))
        data = environment.write_environment(self._run, job, machine, settled.device, settled.threads)
        return Materials(
            ref, facts, method, options, objective,
            check.options_of(objective, job.objective), machine, settled, data,
        )  # fmt: skip

    def _start_from(self, store: CheckpointStore) -> Saved | None:
        if not self._resume:
            return None
        saved, passed = store.newest_good()
        for message in passed:
            after = f"Training goes on from step {saved.step}." if saved else "Training starts again at step 0."
            self._emitter.notice("warning", "damaged_checkpoint", message, after)
        if saved is not None:
            self._progress = Progress(**read_progress(saved.folder))
            self._progress.kept = next(
                (step for step in (best_step(self._progress.seen), self._progress.kept) if store.of(step)), 0
            )
            store.best = self._progress.kept
        return saved

    def _load(self, job: JobSpec, materials: Materials, portions: Portions) -> None:
        settled, method = materials.settled, materials.method
        torch.set_num_threads(settled.threads)
        transformers.set_seed(job.training.seed)
        materials.tokenizer = load_tokenizer(materials.ref, job.chat_template)
        materials.head = materials.objective.head(portions.every, materials.objective_options)
        if materials.objective.from_scratch:
            materials.model = fresh_model(materials.ref, settled.device, materials.facts.kind)
            return
        materials.model = load_model(
            materials.ref,
            quantization=job.quantization,
            dtype=settled.weight_dtype(is_adapter=method.is_adapter),
            device=settled.device,
            kind=materials.facts.kind,
            double_quantization=method.double_quantization(materials.method_options),
            head=materials.head,
        )

    def _prepare(self, job: JobSpec, materials: Materials, portions: Portions) -> None:
        materials.model, materials.tokenizer = self._tokenizer(job, materials, portions.train)
        model = materials.model
        if job.quantization != "none":
            import peft

            ready: Any = peft.prepare_model_for_kbit_training
            model = ready(model, use_gradient_checkpointing=False)
        model.config.use_cache = not job.training.checkpointing
        materials.model = materials.method.build(model, materials.method_options)
        if materials.head is not None:
            train_head(materials.model)
        training = job.training.model_copy(update={"max_length": materials.settled.max_length})
        made = tokenised(
            portions, materials.objective, materials.tokenizer, materials.objective_options, training, self._told,
            self._staging, by_task=materials.method.by_task,
        )  # fmt: skip
        new = sum(len(places) for task, places in made.tasks.items() if task not in made.old)
        check_left(self._emitter, made.prepared, materials.settled.max_length, new)
        materials.prepared, materials.tasks, materials.old = made.prepared, made.tasks, made.old
        materials.figures = figures(portions)
        watched = materials.objective.watches_collapse
        materials.prompts = prompts_of_tasks(portions, materials.objective, prompts_asked(watched=watched))

    def _tokenizer(self, job: JobSpec, materials: Materials, rows: Sequence[Row]) -> tuple[Any, Any]:
        if job.tokenizer.action == "keep":
            return materials.model, materials.tokenizer
        from desktop.engine.train.new_tokenizer import with_new_tokenizer

        texts = materials.objective.texts(rows)
        return with_new_tokenizer(materials.model, materials.tokenizer, job.tokenizer, texts, self._told)

    def _told(self, what: str, done: int, total: int = 0) -> None:
        self._emitter.emit(ProgressEvent(what=what, done=done, total=total))
        self._wishes.read()
        if self._wishes.stops:
            raise StoppedError

    def _trainer(self, job: JobSpec, materials: Materials, store: CheckpointStore) -> tuple[Boundary, Any]:
        prepared = materials.prepared
        assert prepared is not None
        total = plan.total_steps(job, materials.objective.epoch_rows(prepared, materials.objective_options))
        setup = TrainSetup(
            model=materials.model,
            tokenizer=materials.tokenizer,
            data=prepared,
            arguments=plan.arguments(job, materials.settled, total, str(self._staging)),
            training=job.training,
            options=materials.objective_options,
            staging=self._staging,
            method=materials.method,
            head=materials.head,
        )
        method, options = materials.method, materials.method_options
        method.prepare(materials.model, options, total)
        trainer = made_resumable(
            materials.objective.trainer(setup), method, options, muon=job.training.optimizer == "muon"
        )
        trainer.remove_callback(transformers.PrinterCallback)
        boundary = Boundary(
            self._emitter,
            self._wishes,
            store,
            self._progress,
            evaluate_every=plan.every(job.training.evaluate_every, total, _EVALUATIONS),
            save_every=plan.every(job.training.save_every, total, _CHECKPOINTS),
            total=total,
            judged=materials.objective.measures[0],
            training=job.training,
            measure=lambda: measured(
                materials.objective, trainer, materials.tasks, materials.old, self._progress.before
            ),
            sampler=Sampler(
                materials.prompts,
                materials.tokenizer,
                materials.context,
                method.speak_as,
                watched=materials.objective.watches_collapse,
            ),
        )
        boundary.attach(trainer)
        self._plan(job, materials, total)
        return boundary, trainer

    def _plan(self, job: JobSpec, materials: Materials, total: int) -> None:
        prepared, model, settled = materials.prepared, materials.model, materials.settled
        assert prepared is not None
        longest = materials.objective.longest(prepared)
        predicted = estimate(job, materials.facts, materials.machine, longest or None)
        self._emitter.emit(
            Planned(
                total_steps=total,
                epochs=job.training.epochs,
                rows_train=materials.objective.epoch_rows(prepared, materials.objective_options),
                rows_validation=len(prepared.validation),
                tokens_per_epoch=prepared.tokens,
                parameters=materials.facts.parameters,
                trainable=sum(p.numel() for p in model.parameters() if p.requires_grad),
                learning_rate=settled.learning_rate,
                schedule=plan.schedule_points(job, settled, total),
                predicted_mib=predicted.measured_mib,
                limit_mib=predicted.limit_mib,
                tasks=materials.figures,
            )
        )

    def _train(self, boundary: Boundary, trainer: Any, start: Saved | None) -> None:
        if start is None:
            trainer.train()
        elif start.step < boundary.total and not boundary.is_stale:
            trainer.train(resume_from_checkpoint=str(start.folder))
        else:  # only the save was missing
            trainer._load_from_checkpoint(str(start.folder))

    def _end(
        self, job: JobSpec, materials: Materials, boundary: Boundary, trainer: Any, store: CheckpointStore
    ) -> Finished:
        progress = self._progress
        metrics: dict[str, dict[str, float]] = {"before": progress.before}
        if boundary.outcome == "discarded":
            store.remove_all()
            return self._finished(boundary, metrics)
        if boundary.saved_step != progress.step:
            boundary.checkpoint(progress.step)
        metrics["after"] = boundary.evaluate(progress.step, "after")
        step = progress.step
        if job.training.load_best:
            step = best_instead(trainer, store, self._emitter, boundary.best_step, step)
        if step != progress.step:
            metrics["after"] = boundary.evaluate(step, "after")
        boundary.sample(step)
        report = materials.objective.report(trainer)
        self._phase("save")
        materials.objective.finish(trainer)
        result = Result(
            trainer.model, materials.tokenizer, materials.method, materials.ref, metrics, materials.data, step,
            chats=materials.objective.chats, head=materials.head, report=report,
        )  # fmt: skip
        save_result(self._run, job, result, self._disk)
        return self._finished(boundary, metrics)

    def _finished(self, boundary: Boundary, metrics: dict[str, dict[str, float]]) -> Finished:
        progress = boundary.progress
        return Finished(
            status=boundary.outcome,
            step=progress.step,
            seconds=progress.seconds,
            peak_mib=progress.peak_mib,
            metrics=metrics,
        )
