"""What would make a job fit, each change with what it saves and what it costs; it knows no screen.

Every saving is the difference of two estimates, never a rule of thumb of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from desktop.engine.hardware import Hardware
from desktop.engine.job import Choice, JobSpec
from desktop.engine.memory.estimate import Estimate, Verdict, estimate
from desktop.engine.memory.job_shape import on_cuda, options_of
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts, Setting

SHORTEST = 32  # tokens; below this a row says nothing
_SHARES = (0.75, 0.5, 0.375, 0.25, 0.125)
_WORTH_A_LINE = 0.02  # of the whole; a smaller saving is no fix


@dataclass(frozen=True)
class Fix:
    """One change that saves memory.

    Attributes:
        id: stable name (``checkpointing``).
        label: what is changed.
        note: what it costs.
        saves_mib: how much less the peak is.
        total_mib: the peak with it.
        verdict: whether the job then fits.
        job: the changed job.
    """

    id: str
    label: str
    note: str
    saves_mib: float
    total_mib: float
    verdict: Verdict
    job: JobSpec


@dataclass(frozen=True)
class Cell:
    """One combination of batch and length: what it takes and whether that fits."""

    batch: int
    length: int
    total_mib: float
    verdict: Verdict
    current: bool


Ask = Callable[[JobSpec], Estimate]


def fixes(job: JobSpec, facts: ModelFacts, hardware: Hardware, longest_row: int | None = None) -> list[Fix]:
    """Return the changes that would save memory, least lost first."""

    def ask(changed: JobSpec) -> Estimate:
        return estimate(changed, facts, hardware, longest_row)

    now = ask(job)
    found = []
    for id, label, note, changed in _changes(job, facts, hardware, ask, longest_row):
        then = ask(changed)
        saves = now.total_mib - then.total_mib
        if saves > _WORTH_A_LINE * now.total_mib:
            found.append(Fix(id, label, note, saves, then.total_mib, then.verdict, changed))
    return found


def made_to_fit(job: JobSpec, facts: ModelFacts, hardware: Hardware, longest_row: int | None = None) -> JobSpec | None:
    """Return ``job`` with the least lost that makes it fit; ``None`` where no combination does."""
    changed = job
    for _ in range(8):
        if estimate(changed, facts, hardware, longest_row).verdict != "too_big":
            return changed
        offered = fixes(changed, facts, hardware, longest_row)
        if not offered:
            return None
        enough = [fix for fix in offered if fix.verdict != "too_big"]
        changed = (enough or offered)[0].job
    return None


def what_fits(
    job: JobSpec, facts: ModelFacts, hardware: Hardware, longest_row: int | None = None, steps: int = 5
) -> list[list[Cell]]:
    """Return the peak for batches (rows, largest first) and lengths (columns, shortest first) around the job's own."""
    batches = _around(job.training.batch_size, steps, 1, 4096)
    length = min(job.training.max_length, facts.context)
    lengths = _around(length, steps, SHORTEST, max(length, facts.context))
    return [
        [_cell(job, facts, hardware, longest_row, batch, wide, length) for wide in lengths]
        for batch in reversed(batches)
    ]


def nearest_that_fits(cells: list[list[Cell]]) -> Cell | None:
    """Return the cell that fits and gives up the least of the current one; ``None`` where the current one fits."""
    every = [cell for row in cells for cell in row]
    now = next((cell for cell in every if cell.current), None)
    if now is None or now.verdict != "too_big":
        return None
    smaller = [
        cell for cell in every if cell.verdict != "too_big" and cell.batch <= now.batch and cell.length <= now.length
    ]
    return max(smaller, key=lambda cell: (cell.batch * cell.length, cell.length), default=None)


def _cell(
    job: JobSpec, facts: ModelFacts, hardware: Hardware, longest_row: int | None, batch: int, wide: int, length: int
) -> Cell:
    found = estimate(_training(job, batch_size=batch, max_length=wide), facts, hardware, longest_row)
    current = batch == job.training.batch_size and wide == length
    return Cell(batch, wide, found.total_mib, found.verdict, current)


def _around(value: int, steps: int, lowest: int, highest: int) -> list[int]:
    """Return ``steps`` doublings with ``value`` among them, near the middle where the bounds allow it."""
    found = [value]
    while len(found) < steps:
        before = len(found)
        if found[-1] * 2 <= highest:
            found.append(found[-1] * 2)
        if len(found) < steps and found[0] % 2 == 0 and found[0] // 2 >= lowest:
            found.insert(0, found[0] // 2)
        elif len(found) < steps and found[0] > lowest and found[0] % 2:
            found.insert(0, max(lowest, found[0] // 2))
        if len(found) == before:
            break
    return found


def _changes(
    job: JobSpec, facts: ModelFacts, hardware: Hardware, ask: Ask, longest_row: int | None
) -> Iterator[tuple[str, str, str, JobSpec]]:
    method, options = options_of(job)
    training = job.training
    if not training.checkpointing:
        changed = _training(job, checkpointing=True)
        if method.refusal(_setting(changed, facts), options) is None:
            yield "checkpointing", "Recompute activations", "Same result, about a third slower", changed
    smaller = _smaller_batch(job, ask)
    if smaller is not None:
        then = smaller.training
        label = f"Batch {training.batch_size} x {training.accumulation} to {then.batch_size} x {then.accumulation}"
        yield "batch", label, "Same result, somewhat slower", smaller
    if training.optimizer == "adamw" and on_cuda(job, hardware):
        yield "optimizer", "8-bit optimizer", "Same result within noise", _training(job, optimizer="adamw_8bit")
    if job.quantization == "none" and method.is_adapter:
        quantized = _in_four_bits(job)
        method, options = options_of(quantized)
        if method.refusal(_setting(quantized, facts), options) is None:
            yield "quantization", "Load weights in 4 bits", "Weights rounded, slower steps", quantized
    shorter = _shorter_rows(job, facts, ask, longest_row)
    if shorter is not None:
        yield (
            "length",
            f"Rows of at most {shorter.training.max_length:,} tokens",
            "The end of longer rows is cut",
            shorter,
        )
    if not method.is_adapter and any(known.id == "lora" for known in METHODS.all()):
        lora = job.model_copy(update={"method": Choice(id="lora")})
        if METHODS.get("lora").refusal(_setting(lora, facts), options_of(lora)[1]) is None:
            yield "lora", "LoRA instead of all weights", "Learns less, forgets less", lora


def _in_four_bits(job: JobSpec) -> JobSpec:
    # LoRA over a 4-bit base has a name of its own; with it the job file says what the field would say.
    known = {method.id for method in METHODS.all()}
    method = (
        job.method.model_copy(update={"id": "qlora"}) if job.method.id == "lora" and "qlora" in known else job.method
    )
    return job.model_copy(update={"quantization": "nf4", "method": method})


def _smaller_batch(job: JobSpec, ask: Ask) -> JobSpec | None:
    batch, accumulation = job.training.batch_size, job.training.accumulation
    smaller = [batch >> halvings for halvings in range(1, batch.bit_length())]
    return _first_that_fits(
        [_training(job, batch_size=size, accumulation=math.ceil(batch * accumulation / size)) for size in smaller], ask
    )


def _shorter_rows(job: JobSpec, facts: ModelFacts, ask: Ask, longest_row: int | None) -> JobSpec | None:
    now = min(job.training.max_length, facts.context, longest_row or facts.context)
    lengths = [length for share in _SHARES if (length := int(now * share) // 8 * 8) >= SHORTEST]
    return _first_that_fits([_training(job, max_length=length) for length in lengths], ask)


def _first_that_fits(jobs: list[JobSpec], ask: Ask) -> JobSpec | None:
    """Return the first job that fits with room, else the first: one step of a change that is not enough by itself."""
    return next((job for job in jobs if ask(job).verdict == "fits"), jobs[0] if jobs else None)


def _setting(job: JobSpec, facts: ModelFacts) -> Setting:
    return Setting(
        objective=job.objective.id,
        quantization=job.quantization,
        checkpointing=job.training.checkpointing,
        model=facts,
    )


def _training(job: JobSpec, **changes: Any) -> JobSpec:
    return job.model_copy(update={"training": job.training.model_copy(update=changes)})
