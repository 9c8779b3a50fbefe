"""Trains a model by one of the engine's own objectives, outside a run folder; it knows no corpus.

The engine's objective prepares the rows and makes the trainer, its hooks bring the optimizer: what users get.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase, TrainerCallback

from desktop.engine.job import Training
from desktop.engine.objectives.base import Objective, TrainSetup
from desktop.engine.train.resumable import made_resumable


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a model is trained.

    Attributes:
        steps: optimizer steps; never a clock, or two machines would make two models.
        batch: rows a step.
        length: tokens a row.
        learning_rate: at its highest.
        warmup: steps until then.
        weight_decay: pull towards zero.
        seed: of weights and order.
    """

    steps: int
    batch: int
    length: int
    learning_rate: float
    warmup: int = 100
    weight_decay: float = 0.01
    seed: int = 7


@dataclass(frozen=True)
class Fitted:
    """What came of it.

    Attributes:
        seconds: time in training.
        tokens: tokens trained on, padding not counted.
        metrics: held-out figures.
    """

    seconds: float
    tokens: int
    metrics: dict[str, float]


class _Report(TrainerCallback):
    """Prints now and then, and calls ``snapshot`` at one early step."""

    def __init__(self, at: int, snapshot: Callable[[], None] | None) -> None:
        self._at = at
        self._snapshot = snapshot
        self._began = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **rest: Any) -> None:
        if logs and "loss" in logs:
            seconds = time.perf_counter() - self._began
            print(
                f"step {state.global_step}/{state.max_steps}  loss {float(logs['loss']):.4f}  {seconds:.0f} s",
                flush=True,
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        if self._snapshot is not None and state.global_step == self._at:
            self._snapshot()


def fit(
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    objective: Objective,
    train: list[dict[str, Any]],
    validation: list[dict[str, Any]],
    recipe: Recipe,
    *,
    options: dict[str, Any] | None = None,
    snapshot: tuple[int, Callable[[], None]] | None = None,
) -> Fitted:
    """Train ``model`` in place on ``train`` and return the figures on ``validation``."""
    training = Training(
        batch_size=recipe.batch,
        learning_rate=recipe.learning_rate,
        max_length=recipe.length,
        seed=recipe.seed,
        optimizer="muon",
    )
    chosen = objective.options(**(options or {}))
    prepared = objective.prepare(train, validation, tokenizer, chosen, training, lambda *_: None)
    print(f"{prepared.tokens:,} tokens in {len(prepared.train):,} rows", flush=True)
    with tempfile.TemporaryDirectory() as staging:
        arguments = {
            "output_dir": staging,
            "max_steps": recipe.steps,
            "per_device_train_batch_size": recipe.batch,
            "per_device_eval_batch_size": recipe.batch,
            "learning_rate": recipe.learning_rate,
            "lr_scheduler_type": "cosine",
            "warmup_steps": recipe.warmup,
            "weight_decay": recipe.weight_decay,
            "max_grad_norm": 1.0,
            "seed": recipe.seed,
            "bf16": True,
            "use_cpu": True,
            "logging_steps": 50,
            "logging_nan_inf_filter": False,
            "save_strategy": "no",
            "eval_strategy": "no",
            "report_to": "none",
            "disable_tqdm": True,
            "remove_unused_columns": False,
            "dataloader_drop_last": True,
        }
        setup = TrainSetup(model, tokenizer, prepared, arguments, training, chosen, Path(staging))
        trainer = made_resumable(objective.trainer(setup), lambda _: 1.0, muon=True)
        trainer.add_callback(_Report(*(snapshot or (0, None))))
        began = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - began
        metrics = objective.metrics(trainer)
    return Fitted(seconds, trainer.tokens_seen, metrics)
