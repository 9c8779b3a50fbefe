"""What happens between two steps: the step is told, wishes are met, the model is measured, sampled and checkpointed.

It is the trainer's only callback; it knows no method and no objective in particular.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from desktop.engine.evaluate.collapse import HINT, Answer, collapse_sentence, signs_of_collapse, speech
from desktop.engine.events import Evaluated, Paused, Sampled, Step, Unpaused
from desktop.engine.hardware import MIB
from desktop.engine.job import Training
from desktop.engine.objectives.base import Measure
from desktop.engine.train.checkpoint import CheckpointStore
from desktop.engine.train.control import Wishes
from desktop.engine.train.disk import Disk
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.lookout import Lookout, Sign
from desktop.engine.train.sampling import Sampler
from desktop.engine.train.saver import Saver
from desktop.engine.train.state import state_bytes, write_state
from desktop.engine.train.undisturbed import undisturbed

_POLL = 0.1  # seconds between two looks at the control file during a pause
_OWN = ("loss", "grad_norm", "learning_rate", "epoch", "num_tokens", "num_input_tokens_seen")

Outcome = Literal["finished", "stopped", "discarded"]


@dataclass
class Progress:
    """What a run carries over from one engine to the next.

    Attributes:
        step: optimizer steps done.
        tokens: trained on so far.
        seconds: spent training, earlier engines included.
        peak_mib: most memory seen.
        before: held-out figures before the first step.
        seen: what the lookout remembers.
        kept: step of the checkpoint kept as the best, 0 for none.
    """

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    peak_mib: float = 0.0
    before: dict[str, float] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    kept: int = 0


class Boundary(TrainerCallback):
    """Attached to the trainer for one run.

    Attributes:
        outcome: how the training ended.
        progress: where it stands.
        saved_step: step of the newest checkpoint.
        total: steps of the whole run.
    """

    def __init__(
        self,
        emitter: Emitter,
        wishes: Wishes,
        store: CheckpointStore,
        progress: Progress,
        *,
        evaluate_every: int,
        save_every: int,
        total: int,
        judged: Measure,
        training: Training,
        measure: Callable[[], dict[str, float]],
        sampler: Sampler,
    ) -> None:
        """Keep what is needed; the trainer is given with ``attach``."""
        self._emitter = emitter
        self._wishes = wishes
        self._store = store
        self._evaluate_every = evaluate_every
        self._save_every = save_every
        self.total = total
        self._measure = measure
        self._sampler = sampler
        self._lookout = Lookout(judged, progress.seen)
        self._training = training
        self._saver = Saver(self, emitter, wishes, store)
        self._collapsed = False
        self._answered: tuple[int, list[Answer]] = (-1, [])
        self._process = psutil.Process()
        self._step_began = 0.0
        self._tokens_before = 0
        self._trainer: Any = None
        self.progress = progress
        self.outcome: Outcome = "finished"
        self.saved_step = progress.step

    def attach(self, trainer: Any) -> None:
        """Remember the trainer whose callback this is."""
        self._trainer = trainer
        trainer.tokens_seen = self.progress.tokens
        trainer.add_callback(self)

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Measure and sample the model as it is before the first step."""
        if state.global_step == 0:
            self.progress.before = self.evaluate(0, "before")
            self.sample(0)

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Start the stop-watch."""
        self._step_began = time.monotonic()
        self._tokens_before = self._trainer.tokens_seen

    def on_substep_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Show a sign of life between two batches of one step."""
        self._emitter.moved()

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Show a sign of life between two batches of held-out rows."""
        self._emitter.moved()

    def on_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Let the method act while this step's gradients are still there; the library counts the step only later."""
        self._trainer.method.on_step(self._trainer.model, state.global_step + 1, self.total)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Do everything that belongs between this step and the next."""
        if not logs or "loss" not in logs:
            return
        self._tell(state, logs)
        step = state.global_step
        asked = self._wishes.read()
        last = step >= self.total
        if "evaluate" in asked or (step % self._evaluate_every == 0 and not last):
            self.evaluate(step, "during")
            if not self._sampler.too_slow:
                asked.add("sample")
        if "sample" in asked and not last:
            self.sample(step)
        due = step % self._save_every == 0 and not last
        if ("checkpoint" in asked or due or self._saver.is_due(step)) and self.saved_step != step:
            self._saver.save_or_hold(step)
        self._hold(step)
        if self.is_stale and not last and not self._wishes.stops:
            self._stop_early(step)
            control.should_training_stop = True
        if self._wishes.stops:
            self.outcome = "discarded" if self._wishes.wish == "stop_and_discard" else "stopped"
            control.should_training_stop = True

    def evaluate(self, step: int, when: Literal["before", "during", "after"]) -> dict[str, float]:
        """Measure the held-out rows, and judge the sample answers where the objective can cost a model its words."""
        with undisturbed():
            metrics = self._measure()
            if self._sampler.watched and (when != "during" or not self._sampler.too_slow):
                metrics = {**metrics, **speech(self._answers(step))}
        self._emitter.emit(Evaluated(step=step, loss=metrics["loss"], metrics=metrics, when=when))
        self._tell_signs(self._lookout.evaluated(step, metrics), step)
        if when == "during" and self._training.keep_best and self.best_step == step and self.checkpoint(step):
            self.progress.kept = step
            self._store.mark_best(step)
        signs = signs_of_collapse(self.progress.before, metrics) if self._sampler.watched else []
        if signs and not self._collapsed:
            self._collapsed = True
            self._emitter.notice("warning", "collapse", collapse_sentence(signs), HINT, step)
        return metrics

    def sample(self, step: int) -> None:
        """Answer the fixed prompts."""
        with undisturbed():
            for answer in self._answers(step):
                self._emitter.emit(Sampled(step=step, prompt=answer.prompt, text=answer.text))

    def _answers(self, step: int) -> list[Answer]:
        """Return the answers of the model as it is after ``step``, asked for once."""
        if self._answered[0] != step:
            self._answered = (step, list(self._sampler.answers(self._trainer.model)))
        return self._answered[1]

    @property
    def best_step(self) -> int:
        """Return the step with the best held-out figure, 0 for the model as it was."""
        return self._lookout.seen.best_step

    @property
    def is_stale(self) -> bool:
        """Tell whether so many validations were no better that the run is to end."""
        patience = self._training.early_stop
        return patience is not None and self._lookout.seen.stale >= patience

    def checkpoint(self, step: int) -> bool:
        """Write a checkpoint; a disk that refuses is told and costs the run nothing but time."""
        return self._saver.save(step)

    def write(self, folder: Path, disk: Disk) -> None:
        """Write everything the run must remember."""
        self.progress.seen = self._lookout.carried()
        write_state(self._trainer, vars(self.progress), folder, disk)

    def state_bytes(self) -> int:
        """Return about how large a checkpoint is."""
        return state_bytes(self._trainer)

    def _tell_signs(self, signs: list[Sign], step: int) -> None:
        for sign in signs:
            self._emitter.notice("warning", sign.code, sign.message, sign.hint, step)

    def _stop_early(self, step: int) -> None:
        best, kept = self.best_step, self._store.best
        whose = f"Step {best} was the best" if best else "The model as it was before was the best"
        self._emitter.notice(
            "info",
            "early_stop",
            f"{self._training.early_stop} validations in a row were no better, so the run ends at step {step} of "
            f"{self.total}, as asked. {whose}.",
            f"The checkpoint of step {kept} is kept." if kept else "",
            step,
        )

    def _tell(self, state: TrainerState, logs: dict[str, float]) -> None:
        seconds = max(time.monotonic() - self._step_began, 1e-9)
        memory = self._memory()
        progress = self.progress
        progress.step = state.global_step
        progress.tokens = self._trainer.tokens_seen
        progress.seconds += seconds
        progress.peak_mib = max(progress.peak_mib, memory)
        self._emitter.emit(
            Step(
                step=state.global_step,
                epoch=float(state.epoch or 0.0),
                loss=float(logs["loss"]),
                learning_rate=float(logs.get("learning_rate", 0.0)),
                gradient_norm=float(logs.get("grad_norm", 0.0)),
                tokens=progress.tokens,
                tokens_per_second=(progress.tokens - self._tokens_before) / seconds,
                memory_mib=memory,
                extra={key: float(value) for key, value in logs.items() if key not in _OWN},
            )
        )
        signs = self._lookout.step(float(logs["loss"]), float(logs.get("grad_norm", 0.0)))
        self._tell_signs(signs, state.global_step)

    def _hold(self, step: int) -> None:
        """Wait while a pause is wished; samples and checkpoints can be had meanwhile."""
        if self._wishes.wish != "pause":
            return
        self._emitter.emit(Paused(step=step))
        while self._wishes.wish == "pause":
            time.sleep(_POLL)
            self._emitter.moved()
            asked = self._wishes.read()
            if "evaluate" in asked:
                self.evaluate(step, "during")
            if "sample" in asked:
                self.sample(step)
            if "checkpoint" in asked:
                self.checkpoint(step)
        self._emitter.emit(Unpaused(step=step))

    def _memory(self) -> float:
        if torch.cuda.is_available() and self._trainer.args.device.type == "cuda":
            return float(torch.cuda.max_memory_allocated() / MIB)
        return float(self._process.memory_info().rss / MIB)
