"""Everything a start would do, as lines to read once more, and the job file that does the same; it knows no widget."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.errors import Problem
from desktop.engine.job import JobSpec
from desktop.engine.memory.sizes import count, share, size
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.quantization import QUANTIZATIONS
from desktop.engine.run_folder import write_atomically
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_lines import options_or_none
from desktop.flow.wizard_plan import about
from desktop.flow.wizard_preview import changes, objective_changes
from desktop.flow.wizard_sets import MIXES, STOPS

_STEP_OF = {
    "model": "model",
    "data": "data",
    "objective": "objective",
    "tokenizer": "tokenizer",
    "method": "method",
    "quantization": "method",
    "device": "method",
    "training": "method",
}


@dataclass(frozen=True)
class ReviewLine:
    """One line: what it is, what it will be, what that means, and the step where it is changed."""

    label: str
    value: str
    note: str
    step: str


def review_lines(wizard: Wizard) -> list[ReviewLine]:
    """Return the lines, in the order of the steps."""
    job, found = wizard.job, wizard.findings
    lines = [_model(wizard), _data(wizard)]
    if len(job.data) > 1:
        lines.append(
            ReviewLine("Mixed by", MIXES[job.mixing.strategy], f"an epoch ends {STOPS[job.mixing.stop]}", "data")
        )
    lines.append(_objective(wizard))
    if job.tokenizer.action == "train":
        lines.append(
            ReviewLine(
                "Tokenizer", "A new one", f"BPE of {job.tokenizer.vocabulary:,} tokens, trained first", "tokenizer"
            )
        )
    else:
        lines.append(ReviewLine("Tokenizer", "The model's own", "unchanged", "tokenizer"))
    lines.append(_method(wizard))
    if job.quantization != "none":
        stored = QUANTIZATIONS[job.quantization]
        lines.append(ReviewLine("Base stored in", stored.title, stored.summary, "method"))
    training = job.training
    times = "1 epoch" if training.epochs == 1 else f"{training.epochs:g} epochs"
    batch = f"{training.batch_size} rows" + (f" x {training.accumulation}" if training.accumulation > 1 else "")
    lines.append(
        ReviewLine(
            "Steps",
            f"{wizard.plan.steps:,}",
            f"{times} of {wizard.plan.steps_an_epoch:,}, {batch} a step, {about(wizard.plan.seconds)}",
            "method",
        )
    )
    lines.append(
        ReviewLine("Learning rate", f"{wizard.learning_rate:g}", f"{training.schedule}, seed {training.seed}", "method")
    )
    lines.append(
        ReviewLine(
            "Longest row",
            f"{training.max_length:,} tokens",
            "activations recomputed" if training.checkpointing else "activations kept",
            "memory",
        )
    )
    if wizard.estimate is not None:
        lines.append(ReviewLine("Memory", size(wizard.estimate.total_mib), wizard.estimate.sentence, "memory"))
    if found.machine is not None:
        cuda = wizard.estimate is not None and wizard.estimate.device == "cuda"
        where = found.machine.gpus[0].name if cuda else found.machine.cpu
        note = "" if cuda else f"{training.threads or found.machine.threads()} of {found.machine.cores} cores"
        lines.append(ReviewLine("Runs on", where, note, "memory"))
    named = [f"{change.label.lower()} {change.value} (was {change.was})" for change in changes(wizard)]
    if named:
        lines.append(
            ReviewLine(
                "Changed", f"{len(named)} settings" if len(named) > 1 else "1 setting", ", ".join(named), "method"
            )
        )
    return lines


def review_problems(wizard: Wizard) -> list[Problem]:
    """Return what the engine's check says, errors first, and a warning where memory does not fit."""
    found = list(wizard.findings.problems or ())
    if wizard.estimate is not None and wizard.estimate.verdict == "too_big":
        found.append(
            Problem(
                "memory",
                wizard.estimate.sentence,
                "Make it fit in the Memory step, or close other programs.",
                "warning",
            )
        )
    return sorted(found, key=lambda problem: problem.severity != "error")


def step_of(problem: Problem) -> str:
    """Return the step where a problem is solved."""
    if problem.field in ("memory", "training.max_length", "training.batch_size", "training.checkpointing"):
        return "memory"
    return _STEP_OF.get(problem.field.partition(".")[0], "review")


def job_text(wizard: Wizard, *, explain: bool = False) -> str:
    """Return the job file: what differs from the file's defaults, or everything."""
    return wizard.job.to_yaml(explain=explain)


def command(file: Path | None) -> str:
    """Return the command that does the same without a window."""
    return f"fettle train {shlex.quote(str(file)) if file else 'job.yaml'}"


def save_job(job: JobSpec, file: Path) -> None:
    """Write the job file; raise :class:`UserError` where the place cannot be written to."""
    write_atomically(file, job.to_yaml())


def _model(wizard: Wizard) -> ReviewLine:
    model = wizard.findings.model
    if model is None:
        return ReviewLine("Model", wizard.answers.model or "none", "", "model")
    return ReviewLine(
        "Model", model.title, f"{count(model.facts.parameters)} weights, {model.facts.architecture}", "model"
    )


def _data(wizard: Wizard) -> ReviewLine:
    names = ", ".join(Path(source.path).name for source in wizard.job.data)
    data = wizard.findings.data
    if data is None or not data.kind:
        return ReviewLine("Data", names or "none", "", "data")
    split = f"{wizard.plan.train:,} rows to learn from, {wizard.plan.validation:,} held out"
    return ReviewLine("Data", names, f"{split}; {data.recognised}", "data")


def _objective(wizard: Wizard) -> ReviewLine:
    objective = OBJECTIVES.get(wizard.job.objective.id)
    changed = ", ".join(f"{one.label.lower()} {one.value}" for one in objective_changes(wizard))
    note = f"{objective.summary} With {changed}." if changed else objective.summary
    return ReviewLine("Learns by", objective.title, note, "objective")


def _method(wizard: Wizard) -> ReviewLine:
    method = METHODS.get(wizard.method.id)
    offer = wizard.offer
    rank = getattr(options_or_none(wizard.job), "rank", None)
    title = f"{method.title}, rank {rank}" if rank else method.title
    note = (
        f"{count(offer.trainable)} of {count(offer.total)} weights learn, {share(offer.trainable, offer.total)}"
        if offer
        else ""
    )
    return ReviewLine("Method", title, note, "method")
