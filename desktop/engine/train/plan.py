"""Turns a job into what the trainer is told: steps, rates, precision, optimizer; it loads nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from desktop.engine.check import options_of
from desktop.engine.defaults import default_learning_rate
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts

_POINTS = 200  # of the planned learning rate
_SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
_OPTIMIZERS = {
    "adamw": "adamw_torch",
    "adamw_8bit": "adamw_8bit",
    "paged_adamw_8bit": "paged_adamw_8bit",
    "sgd": "sgd",
    "muon": "adamw_torch",  # made by ours, see resumable
}


@dataclass(frozen=True)
class Plan:
    """What a run will do, settled before the model is loaded.

    Attributes:
        device: ``cpu`` or ``cuda``.
        precision: ``fp32``, ``bf16`` or ``fp16``: what is computed in.
        learning_rate: as given, or the default of the method for the model.
        max_length: as given, at most what the model reads.
        threads: of the CPU.
        optimizer: the library's name.
    """

    device: str
    precision: str
    learning_rate: float
    max_length: int
    threads: int
    optimizer: str

    @property
    def compute_dtype(self) -> torch.dtype:
        """Return what activations are computed in."""
        return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[self.precision]

    def weight_dtype(self, *, is_adapter: bool) -> torch.dtype:
        """Return how the weights are loaded: trained ones in fp32, or small updates would be rounded away."""
        return self.compute_dtype if is_adapter else torch.float32


def plan(job: JobSpec, facts: ModelFacts, machine: Hardware) -> Plan:
    """Settle everything the job left open."""
    training = job.training
    device = "cuda" if job.device != "cpu" and torch.cuda.is_available() else "cpu"
    precision = training.precision
    if precision == "auto":
        precision = "bf16" if device == "cuda" and torch.cuda.is_bf16_supported() else "fp32"
    method = METHODS.get(job.method.id)
    taken = method.virtual_tokens(options_of(method, job.method))
    optimizer = _OPTIMIZERS[training.optimizer]
    if device == "cpu" and "8bit" in optimizer:
        optimizer = "adamw_torch"  # the check has said so
    return Plan(
        device=device,
        precision=precision,
        learning_rate=training.learning_rate or default_learning_rate(job, facts),
        max_length=min(training.max_length, facts.context - taken),
        threads=training.threads or machine.threads(),
        optimizer=optimizer,
    )


def total_steps(job: JobSpec, rows: int) -> int:
    """Return how many optimizer steps a run over ``rows`` takes, as the library counts them."""
    training = job.training
    batches = math.ceil(rows / training.batch_size)
    an_epoch = max(math.ceil(batches / training.accumulation), 1)
    total = math.ceil(training.epochs * an_epoch)
    return total if training.max_steps is None else training.max_steps


def every(asked: int | None, total: int, times: int) -> int:
    """Return the steps between two of a thing that happens ``times`` times a run unless asked otherwise."""
    return asked or max(1, math.ceil(total / times))


def arguments(job: JobSpec, settled: Plan, total: int, staging: str) -> dict[str, Any]:
    """Return the keyword arguments that every trainer of the library takes."""
    training = job.training
    return {
        "output_dir": staging,
        "num_train_epochs": training.epochs,
        "max_steps": -1 if training.max_steps is None else training.max_steps,
        "per_device_train_batch_size": training.batch_size,
        "per_device_eval_batch_size": training.batch_size,
        "gradient_accumulation_steps": training.accumulation,
        "learning_rate": settled.learning_rate,
        "lr_scheduler_type": _SCHEDULES[training.schedule],
        "warmup_steps": warmup_steps(training.warmup, total),
        "weight_decay": training.weight_decay,
        "max_grad_norm": training.max_grad_norm,
        "optim": settled.optimizer,
        "seed": training.seed,
        "data_seed": training.seed,
        "bf16": settled.precision == "bf16",
        "fp16": settled.precision == "fp16",
        "use_cpu": settled.device == "cpu",
        "activation_checkpointing": training.checkpointing,
        "activation_checkpointing_kwargs": {"use_reentrant": False} if training.checkpointing else None,
        "logging_strategy": "steps",
        "logging_steps": 1,
        # A step that is no number must be seen as one, not replaced by the running mean while the weights take it.
        "logging_nan_inf_filter": False,
        "eval_strategy": "no",
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": settled.device == "cuda",
        "dataloader_num_workers": 0,
        "remove_unused_columns": False,
    }


def warmup_steps(share: float, total: int) -> int:
    """Return in how many steps the learning rate rises."""
    return math.ceil(share * total)


def schedule_points(job: JobSpec, settled: Plan, total: int) -> list[float]:
    """Return the planned learning rate at up to 200 evenly spaced steps."""
    from transformers import get_scheduler

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=settled.learning_rate)
    name, warmup = _SCHEDULES[job.training.schedule], warmup_steps(job.training.warmup, total)
    schedule = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=total)
    rate = schedule.lr_lambdas[0]
    count = min(total, _POINTS)
    steps = [round(index * (total - 1) / max(1, count - 1)) for index in range(count)]
    return [settled.learning_rate * float(rate(step)) for step in steps]
