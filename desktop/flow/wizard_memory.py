"""What the Memory step shows, in one go, and how a changed job becomes answers again; it knows no widget."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import Estimate
from desktop.engine.memory.fixes import Cell, Fix, fixes, made_to_fit, nearest_that_fits, what_fits
from desktop.engine.memory.job_shape import on_cuda
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers


@dataclass(frozen=True)
class MemoryAdvice:
    """Everything the step shows.

    Attributes:
        estimate: the prediction.
        where: on what, in words.
        capacity_mib: whole memory of that, ``None`` where it says nothing.
        fixes: single changes that save memory.
        made_to_fit: the job that fits with the least lost, ``None`` where it fits already or nothing helps.
        cells: the map of batches and lengths.
        nearest: the cell that gives up the least.
    """

    estimate: Estimate
    where: str
    capacity_mib: float | None
    fixes: list[Fix]
    made_to_fit: JobSpec | None
    cells: list[list[Cell]]
    nearest: Cell | None


def advice_of(wizard: Wizard) -> MemoryAdvice | None:
    """Return what to show; ``None`` while model or machine is not known."""
    found, model, machine = wizard.estimate, wizard.findings.model, wizard.findings.machine
    if found is None or model is None or machine is None:
        return None
    job, facts = wizard.job, model.facts
    longest = wizard.findings.lengths.longest if wizard.findings.lengths else None
    cuda = on_cuda(job, machine)
    cells = what_fits(job, facts, machine, longest)
    return MemoryAdvice(
        estimate=found,
        where=f"on the {machine.gpus[0].name}" if cuda else "in main memory, on the processor",
        capacity_mib=float(machine.gpus[0].total_mib if cuda else machine.memory_mib),
        fixes=fixes(job, facts, machine, longest),
        made_to_fit=made_to_fit(job, facts, machine, longest) if found.verdict == "too_big" else None,
        cells=cells,
        nearest=nearest_that_fits(cells),
    )


def answers_with(wizard: Wizard, job: JobSpec) -> Answers:
    """Return the answers that lead to ``job``, a changed form of the wizard's own; the rest stays as it was said."""
    answers, before = wizard.answers, wizard.job
    inferred = wizard.inferred
    changes = {
        name: ... if value == getattr(inferred, name) else value
        for name, value in job.training
        if value != getattr(before.training, name)
    }
    answers = answers.with_training(**changes)
    if (job.method, job.quantization) != (before.method, before.quantization):
        follows = "nf4" if job.method.id == "qlora" else "none"
        stored = "" if job.quantization == follows else job.quantization
        answers = dataclasses.replace(answers, method=job.method, quantization=stored)
    return answers
