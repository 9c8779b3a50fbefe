"""The card that stays beside every step: what the answers amount to so far; it knows no widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.engine.defaults import default_learning_rate
from desktop.engine.memory.sizes import count, share, size
from desktop.engine.methods import METHODS
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import fields_of
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_inferred import inferred_objective, kept_aside, of_old_tasks, rows_of, unsuited
from desktop.flow.wizard_lines import options_or_none
from desktop.flow.wizard_plan import about
from desktop.flow.wizard_template import template_words


@dataclass(frozen=True)
class PreviewLine:
    """One fact: its caption, itself, and what it means."""

    id: str
    caption: str
    value: str
    note: str


@dataclass(frozen=True)
class PreviewMemory:
    """The predicted peak against what is free.

    Attributes:
        caption: what it is.
        value: the peak.
        note: what it is held against.
        share: of the bar that is filled.
        marker: where on the bar the limit lies.
        tone: ``ok``, ``warn`` or ``bad``.
        verdict: in a few words with the number.
    """

    caption: str
    value: str
    note: str
    share: float
    marker: float
    tone: str
    verdict: str


@dataclass(frozen=True)
class Changed:
    """One setting that is not what it would be by itself."""

    label: str
    value: str
    was: str


@dataclass(frozen=True)
class Preview:
    """Everything on the card."""

    lines: tuple[PreviewLine, ...]
    memory: PreviewMemory | None
    changed: tuple[Changed, ...]


def preview(wizard: Wizard) -> Preview:
    """Return the card for this moment."""
    lines = (_model(wizard), _method(wizard), _data(wizard), _objective(wizard), _steps(wizard))
    return Preview(lines, _memory(wizard), tuple(changes(wizard)))


def changes(wizard: Wizard) -> list[Changed]:
    """Return every setting the user changed, with what it would have been."""
    answers = wizard.answers
    found = []
    for field in fields_of(type(wizard.inferred)):
        if field.name in answers.training:
            value, was = answers.training[field.name], getattr(wizard.inferred, field.name)
            if value != was:
                default = f"{_default_rate(wizard):g}" if field.name == "learning_rate" else shown(was)
                if shown(value) != default:  # a rate that is written down may be the usual one
                    found.append(Changed(field.label, shown(value), default))
    if answers.method is not None:
        plain = METHODS.get(answers.method.id).options()
        for field in fields_of(type(plain)):
            if field.name in answers.method.options and answers.method.options[field.name] != field.default:
                found.append(Changed(field.label, shown(answers.method.options[field.name]), shown(field.default)))
    found += objective_changes(wizard)
    if answers.quantization and answers.quantization != ("nf4" if wizard.method.id == "qlora" else "none"):
        found.append(Changed("Base stored in", answers.quantization, "nf4" if wizard.method.id == "qlora" else "none"))
    if answers.chat_template:
        found.append(Changed("Chat template", template_words(answers.chat_template), "the model's own"))
    if answers.tokenizer.action == "train":
        found.append(Changed("Tokenizer", f"{answers.tokenizer.vocabulary:,} tokens", "kept"))
    if answers.device != "auto":
        found.append(Changed("Device", answers.device, "auto"))
    return found


def objective_changes(wizard: Wizard) -> list[Changed]:
    """Return every option of the objective the user changed, with what it would have been."""
    given = wizard.job.objective.options
    return [
        Changed(field.label, shown(given[field.name]), shown(field.default))
        for field in fields_of(OBJECTIVES.get(wizard.job.objective.id).options)
        if given.get(field.name, field.default) != field.default
    ]


def shown(value: Any) -> str:
    """Return a setting's value as it is written on screen."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _default_rate(wizard: Wizard) -> float:
    facts = wizard.findings.model.facts if wizard.findings.model else None
    return default_learning_rate(wizard.job, facts)


def _model(wizard: Wizard) -> PreviewLine:
    model = wizard.findings.model
    if model is None:
        if wizard.findings.model_error is not None:
            return PreviewLine("model", "Model", "Not usable", "the Model step says why")
        missing = "being looked at" if wizard.answers.model else "the first step asks for it"
        return PreviewLine("model", "Model", "Not chosen yet", missing)
    return PreviewLine("model", "Model", model.title, f"{count(model.facts.parameters)} weights, {_stored(wizard)}")


def _stored(wizard: Wizard) -> str:
    if wizard.job.quantization != "none":
        return {"8bit": "8-bit base", "nf4": "4-bit base", "fp4": "4-bit base"}[wizard.job.quantization]
    part = wizard.estimate.part("weights") if wizard.estimate else None
    return part.why.partition(",")[0] if part else "as stored"


def _method(wizard: Wizard) -> PreviewLine:
    offer = wizard.offer
    if offer is None:
        return PreviewLine("method", "Method", "Not chosen yet", "the adviser suggests one once there is a model")
    rank = getattr(options_or_none(wizard.job), "rank", None)
    title = f"{offer.title}, rank {rank}" if rank else offer.title
    said = f"{count(offer.trainable)} of {count(offer.total)}, {share(offer.trainable, offer.total)}"
    return PreviewLine("method", "Method", title, said if wizard.answers.method else f"{said}; adviser's choice")


def _data(wizard: Wizard) -> PreviewLine:
    data = wizard.findings.data
    if data is None or not data.kind:
        if not wizard.answers.data:
            return PreviewLine("data", "Data", "Not chosen yet", "a sample or a file")
        waits = wizard.findings.data_error is None and (data is None or data.problem is None)
        return PreviewLine("data", "Data", "Not usable yet", "being read" if waits else "the Data step says why")
    sets = len(wizard.answers.data)
    found = wizard.findings
    total = rows_of(found) + kept_aside(found) + of_old_tasks(found)
    return PreviewLine(
        "data",
        "Data",
        f"{total:,} rows" if sets < 2 else f"{sets} sets, {total:,} rows",
        f"{wizard.plan.train:,} train, {wizard.plan.validation:,} validation"
        if not data.bad_total
        else f"{wizard.plan.train:,} train, {wizard.plan.validation:,} validation, {data.bad_total:,} left out",
    )


def _objective(wizard: Wizard) -> PreviewLine:
    if not wizard.findings.model or not (wizard.findings.data and wizard.findings.data.kind):
        return PreviewLine("objective", "Objective", "Not chosen yet", "follows from the rows")
    if unsuited(wizard.answers, wizard.findings):
        return PreviewLine("objective", "Objective", "Not chosen yet", "the Data step says why")
    chosen = wizard.job.objective.id
    note = "suggested by your rows" if chosen == inferred_objective(wizard.findings) else "your choice"
    if wizard.blocked("objective"):
        note = "the Objective step says what it needs"
    return PreviewLine("objective", "Objective", OBJECTIVES.get(chosen).title, note)


def _steps(wizard: Wizard) -> PreviewLine:
    if not rows_of(wizard.findings):
        return PreviewLine("steps", "Steps", "Not known yet", "follows from the rows")
    done = wizard.plan
    epochs = wizard.job.training.epochs
    times = "1 epoch" if epochs == 1 else f"{epochs:g} epochs"
    each = "1 step" if done.steps_an_epoch == 1 else f"{done.steps_an_epoch:,} steps"
    return PreviewLine(
        "steps",
        "Steps",
        f"{done.steps:,}, {about(done.seconds)}",
        f"{times} of {each}, {done.rows_a_step:,} rows each",
    )


def _memory(wizard: Wizard) -> PreviewMemory | None:
    found = wizard.estimate
    if found is None:
        return None
    whole = max(found.limit_mib, found.total_mib) * 1.04 or 1.0
    tone = {"fits": "ok", "tight": "warn", "too_big": "bad"}[found.verdict]
    verdict = (
        f"{size(-found.spare_mib)} too much"
        if found.verdict == "too_big"
        else f"{'Fits' if found.verdict == 'fits' else 'Just fits'}, {size(found.spare_mib)} to spare"
    )
    chosen = wizard.answers.method is not None or wizard.answers.step in ("method", "memory", "review")
    title = METHODS.get(wizard.method.id).title
    return PreviewMemory(
        caption="Predicted peak memory" if chosen else f"Peak memory, if {title}",
        value=size(found.total_mib),
        note=f"of {size(found.limit_mib)} free",
        share=found.total_mib / whole,
        marker=found.limit_mib / whole,
        tone=tone,
        verdict=verdict,
    )
