"""From a job, its model and this machine to the numbers of the memory formula; it knows no formula and no sentence."""

from __future__ import annotations

from typing import Any

from desktop.engine.check import options_of as checked_options
from desktop.engine.data.mixing.tasks import learned_tasks
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.shape import Shape
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method, ModelFacts
from desktop.engine.methods.targets import chosen
from desktop.engine.objectives import OBJECTIVES

# Trained through TRL's SFTTrainer, whose loss works through the vocabulary in tiles and never holds all logits.
_TILED_LOSS = ("sft", "continual", "multitask")


def options_of(job: JobSpec) -> tuple[Method, Any]:
    """Return the job's method and its options; raise :class:`RequestError` for a method or option there is not."""
    method = METHODS.get(job.method.id)
    return method, method.for_tasks(checked_options(method, job.method), learned_tasks(job.data))


def on_cuda(job: JobSpec, hardware: Hardware) -> bool:
    """Tell whether the job would run on a GPU here."""
    return bool(hardware.gpus) and (hardware.device if job.device == "auto" else job.device) == "cuda"


def half_precision(job: JobSpec, hardware: Hardware) -> bool:
    """Tell whether the forward pass computes in 16 bits."""
    if job.training.precision == "auto":
        return on_cuda(job, hardware) and hardware.bf16
    return job.training.precision in ("bf16", "fp16")


def shape_of(job: JobSpec, facts: ModelFacts, hardware: Hardware, longest_row: int | None = None) -> Shape:
    """Return the numbers that decide how much memory ``job`` takes.

    Args:
        job: what is asked.
        facts: of its model.
        hardware: of this machine.
        longest_row: tokens of the longest row where they were counted; no batch is wider than that.
    """
    method, options = options_of(job)
    half = half_precision(job, hardware)
    quantized = job.quantization != "none"
    virtual = method.virtual_tokens(options)  # a place of every row, but no row of the data
    length = min(job.training.max_length, facts.context - virtual)
    objective = OBJECTIVES.get(job.objective.id)
    scratch = objective.from_scratch
    sequences = objective.sequences
    # Autocast keeps full weights in fp32 and computes in 16 bits; a frozen base is loaded in 16 bits at once.
    frozen = method.is_adapter and not scratch
    return Shape(
        facts=facts,
        batch=job.training.batch_size * sequences,
        length=virtual + (min(length, longest_row) if longest_row else length),
        trainable=method.trainable(facts, options),
        adapter=frozen,
        quantization=job.quantization if quantized else _packed(facts),
        double_quant=method.double_quantization(options),
        weight_bytes=2 if half and frozen else 4,
        trained_bytes=4,
        stream_bytes=2 if half and frozen and not quantized else 4,
        inner_bytes=2 if half else 4,
        optimizer=job.training.optimizer,
        checkpointing=job.training.checkpointing,
        accumulation=job.training.accumulation,
        feed_forward=_touches_feed_forward(method, options, facts),
        dropout=float(getattr(options, "dropout", 0.0) or 0.0) > 0,
        attention="fused",
        head="tiled" if job.objective.id in _TILED_LOSS else "whole",
        cuda=on_cuda(job, hardware),
        copies=objective.copies(checked_options(objective, job.objective)),
        kept=method.kept(facts, options),
    )


def _packed(facts: ModelFacts) -> str:
    """Return the nearest of our own ways of storing to how the checkpoint already came."""
    return {0: "none", 8: "8bit"}.get(facts.packed_bits, "nf4")


def _touches_feed_forward(method: Method, options: Any, facts: ModelFacts) -> bool:
    """Tell whether the method learns from the feed-forward part's inner width; where it cannot be told, it does."""
    asked = getattr(options, "targets", None)
    if not method.is_adapter or asked is None:
        return True
    layers = chosen(facts.linear_shapes, asked)
    return any(facts.linear_shapes[name][1] == facts.intermediate for name in layers)
