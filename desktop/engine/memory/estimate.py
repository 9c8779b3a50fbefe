"""How much memory a job will take, part by part, and whether it fits; it knows neither torch nor a screen.

The closed form of :mod:`desktop.engine.memory.terms`: instant, so that it can follow a slider. Against eight published
GPU measurements its allocated peak is off by 0.4 % on average and 1.4 % at worst; what the allocator keeps beyond that
is a threshold process, given here as a share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory import terms
from desktop.engine.memory.job_shape import shape_of
from desktop.engine.memory.shape import Shape
from desktop.engine.memory.sizes import MIB, count, share, size
from desktop.engine.methods.base import ModelFacts

Verdict = Literal["fits", "tight", "too_big"]

TIGHT = 0.9  # above this share of what is free, another program's next window decides
# What the engine's process holds beside the model's tensors: Python, torch, transformers, peft, trl, the rows. The
# resident set of runs of the starter on Linux, less the tensors counted here, was 610 to 690. It is there on a GPU too,
# but in main memory, where nobody runs out because of it.
CPU_PROGRAM_MIB = 640.0
GPU_CONTEXT_MIB = 480.0  # driver context and kernels; 140 on a card of 2018, up to 550 on new ones
# The matrix library's scratch space, for the forward and the backward thread.
GPU_WORKSPACE_MIB = 2 * 8.125
GPU_ALLOCATOR = 0.10  # reserved above allocated: 2 to 25 % in the published rows, 10 % in their middle
# The C library's heap does not give back all that is freed: measured on the starter over the peak of its tensors, 20 %
# (a dozen steps, rows of mixed length) to 110 % (every row full) more, and with recomputed activations still more, for
# what comes and goes within one block is what it keeps. These two shares lie between: 13 % low to 25 % high in total.
CPU_KEPT_OF_PEAK = 0.25
CPU_KEPT_OF_BLOCK = 0.5


@dataclass(frozen=True)
class Part:
    """One named share of the peak.

    Attributes:
        id: stable name (``weights``).
        label: name on screen.
        mib: how much.
        why: one short sentence: what it is made of.
    """

    id: str
    label: str
    mib: float
    why: str


@dataclass(frozen=True)
class Estimate:
    """The predicted peak of a job on this machine.

    Attributes:
        parts: the eight parts, in a fixed order; they sum up to ``total_mib``.
        peak_allocated_mib: what tensors take.
        total_mib: what the system will show for the process.
        limit_mib: what is free now.
        verdict: whether it fits.
        sentence: the verdict with its numbers.
        device: ``cuda`` or ``cpu``.
    """

    parts: tuple[Part, ...]
    peak_allocated_mib: float
    total_mib: float
    limit_mib: float
    verdict: Verdict
    sentence: str
    device: str

    @property
    def spare_mib(self) -> float:
        """Return what stays free; below zero it is what is missing."""
        return self.limit_mib - self.total_mib

    @property
    def measured_mib(self) -> float:
        """Return the figure a run measures while it works: allocated on a GPU, the whole process on the processor."""
        return self.peak_allocated_mib if self.device == "cuda" else self.total_mib

    @property
    def largest(self) -> Part:
        """Return the part that takes most."""
        return max(self.parts, key=lambda part: part.mib)

    def part(self, id: str) -> Part:
        """Return the part called ``id``."""
        return next(part for part in self.parts if part.id == id)

    def as_dict(self) -> dict[str, Any]:
        """Return the form programs read."""
        return {
            "total_mib": round(self.total_mib, 1),
            "peak_allocated_mib": round(self.peak_allocated_mib, 1),
            "limit_mib": round(self.limit_mib, 1),
            "parts": [{"id": p.id, "label": p.label, "mib": round(p.mib, 2), "why": p.why} for p in self.parts],
            "verdict": self.verdict,
            "sentence": self.sentence,
            "device": self.device,
        }


def estimate(job: JobSpec, facts: ModelFacts, hardware: Hardware, longest_row: int | None = None) -> Estimate:
    """Predict the peak memory of ``job``; raise :class:`RequestError` where the job names no such method or option.

    Args:
        job: what is asked.
        facts: of its model.
        hardware: of this machine.
        longest_row: tokens of the longest row where they were counted; no batch is wider than that.
    """
    shape = shape_of(job, facts, hardware, longest_row)
    return of_shape(shape, float(hardware.limit_mib("cuda" if shape.cuda else "cpu")))


def of_shape(shape: Shape, limit_mib: float) -> Estimate:
    """Predict the peak of a run that is already reduced to numbers."""
    tensors = _tensor_parts(shape)
    allocated = sum(part.mib for part in tensors)
    around = _parts_around(shape, tensors)
    total = allocated + sum(part.mib for part in around)
    if shape.cuda:
        allocated += GPU_WORKSPACE_MIB
    verdict: Verdict = "too_big" if total > limit_mib else "tight" if total > TIGHT * limit_mib else "fits"
    return Estimate(
        parts=(*tensors, *around),
        peak_allocated_mib=allocated,
        total_mib=total,
        limit_mib=limit_mib,
        verdict=verdict,
        sentence=_sentence(verdict, total, limit_mib),
        device="cuda" if shape.cuda else "cpu",
    )


def _tensor_parts(shape: Shape) -> tuple[Part, ...]:
    kept = terms.activations(shape)
    loss = terms.logits(shape)
    # The update's working copy comes after the backward pass has given its tensors back: only the larger counts.
    optimizer = terms.optimizer(shape) + max(0.0, terms.step_copy(shape) - kept - loss)
    trained = f"{count(shape.trainable)} trained"
    return (
        Part("weights", "Weights", terms.weights(shape) / MIB, _weights_why(shape)),
        Part("adapter", "Adapter", terms.adapter(shape) / MIB, trained if shape.adapter else "none: weights learn"),
        Part(
            "gradients",
            "Gradients",
            terms.gradients(shape) / MIB,
            "adapter only" if shape.adapter else f"{share(shape.trainable, shape.facts.parameters)} of the weights",
        ),
        Part("optimizer", "Optimizer", optimizer / MIB, _optimizer_why(shape.optimizer)),
        Part("activations", "Activations", kept / MIB, _activations_why(shape)),
        Part(
            "logits",
            "Logits",
            loss / MIB,
            f"{shape.facts.vocabulary:,} tokens wide{', in tiles' if shape.head == 'tiled' else ''}",
        ),
    )


def _parts_around(shape: Shape, tensors: tuple[Part, ...]) -> tuple[Part, ...]:
    moving = sum(part.mib for part in tensors if part.id in ("activations", "logits"))
    if shape.cuda:
        slack = GPU_ALLOCATOR * sum(part.mib for part in tensors)
        context = GPU_CONTEXT_MIB + GPU_WORKSPACE_MIB
        return (
            Part("allocator", "Allocator", slack, "rounding, reserve"),
            Part("context", "Context", context, "driver and kernels"),
        )
    block = terms.kept_in_a_block(shape) + terms.at_work_in_a_block(shape) + terms.logits(shape)
    slack = CPU_KEPT_OF_PEAK * moving + CPU_KEPT_OF_BLOCK * block / MIB
    return (
        Part("allocator", "Allocator", slack, "freed, but kept"),
        Part("context", "Program", CPU_PROGRAM_MIB, "Python and libraries"),
    )


def _weights_why(shape: Shape) -> str:
    if shape.quantization != "none":
        bits = "8 bits" if shape.quantization == "8bit" else "4 bits"
        return f"{bits} in the blocks, frozen"
    return f"{'bf16' if shape.weight_bytes == 2 else 'fp32'}, {'frozen' if shape.adapter else 'learning'}"


def _optimizer_why(optimizer: str) -> str:
    return {
        "adamw": "AdamW, 2 states",
        "adamw_8bit": "AdamW, 2 states in 8 bits",
        "paged_adamw_8bit": "AdamW, 2 states in 8 bits",
        "sgd": "SGD, no state",
        "muon": "Muon, 1 state",
    }.get(optimizer, optimizer)


def _activations_why(shape: Shape) -> str:
    kept = ", recomputed" if shape.checkpointing else ""
    return f"{shape.facts.layers} layers x {shape.batch} x {shape.length:,}{kept}"


def _sentence(verdict: Verdict, total: float, limit: float) -> str:
    if verdict == "too_big":
        return f"Does not fit: {size(total - limit)} too much. It needs {size(total)} and {size(limit)} are free."
    spare = f"It needs {size(total)} of the {size(limit)} that are free"
    if verdict == "tight":
        return f"Fits, but only just: {size(limit - total)} to spare. {spare}; close other programs first."
    return f"Fits, {size(limit - total)} to spare. {spare}."
