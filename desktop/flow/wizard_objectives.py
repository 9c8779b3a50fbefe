"""The objectives for these rows and this model, and what the chosen one still needs; it knows none by name, no screen.

Why one does not go is said by the engine, in the sentences that the command line prints.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from desktop.engine.data.rows import KIND_EXAMPLES, KIND_TITLES
from desktop.engine.errors import Problem, RequestError
from desktop.engine.job import Choice, JobSpec, problems_of
from desktop.engine.methods.base import ModelFacts
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Measure, Objective
from desktop.engine.options import OptionField, fields_of
from desktop.engine.suits import model_refusal, needed_rows, rows_refusal
from desktop.flow.wizard_inferred import inferred_objective

if TYPE_CHECKING:
    from desktop.flow.wizard import Wizard
    from desktop.flow.wizard_answers import Answers
    from desktop.flow.wizard_findings import Findings, ModelFound

SUIT = "Suit your data"
ALL = "All objectives"
DO_NOT = "Need other rows or another model"
MODEL = "model"
# Settings of these parts of a job are asked in the Method step, so what stands against them is said there.
_LATER = ("method", "quantization", "training", "tokenizer", "device")


@dataclass(frozen=True)
class ObjectiveOffer:
    """One objective as it would be here.

    Attributes:
        id: of the objective.
        title: on screen.
        summary: one sentence.
        learns_from: which rows, in words.
        refusals: why it cannot be taken for these rows and this model, each a sentence; none where it can.
        inferred: whether it is the one that is taken unasked.
    """

    id: str
    title: str
    summary: str
    learns_from: str
    refusals: tuple[str, ...]
    inferred: bool

    @property
    def refusal(self) -> str:
        """Everything that stands against it; empty where it can be taken."""
        return " ".join(self.refusals)

    @property
    def line(self) -> str:
        """The one thing to know before it is opened: the first reason against it, else what it learns from."""
        return self.refusals[0] if self.refusals else self.learns_from


def objective_offers(findings: Findings) -> list[ObjectiveOffer]:
    """Return every objective, those that suit rows and model first; what is not known yet stands in nobody's way."""
    inferred = inferred_objective(findings)
    found = [
        ObjectiveOffer(
            id=objective.id,
            title=objective.title,
            summary=objective.summary,
            learns_from=f"Learns from {needed_rows(objective)}.",
            refusals=_refusals(objective, findings),
            inferred=objective.id == inferred,
        )
        for objective in OBJECTIVES.all()
    ]
    return sorted(found, key=lambda offer: (bool(offer.refusal), not offer.inferred))


def objective_groups(offers: Sequence[ObjectiveOffer], *, known: bool) -> list[tuple[str, list[ObjectiveOffer]]]:
    """Return ``offers`` under headings; ``known`` tells whether there are rows they could suit."""
    able = [offer for offer in offers if not offer.refusal]
    rest = [offer for offer in offers if offer.refusal]
    return [(title, held) for title, held in ((SUIT if known else ALL, able), (DO_NOT, rest)) if held]


def why_inferred(findings: Findings) -> str:
    """Return why the objective that is taken unasked is taken, in a sentence."""
    if findings.data is None or not findings.data.kind:
        return "Chosen until your rows are known."
    model = f" and {findings.model.title} is the model" if findings.model else ""
    return f"Chosen because your rows are {KIND_TITLES[findings.data.kind]}{model}."


def objective_problems(job: JobSpec, facts: ModelFacts | None) -> list[Problem]:
    """Return what stands against the objective of ``job``: options that do not hold together, or what it needs."""
    try:
        objective = OBJECTIVES.get(job.objective.id)
        options = objective.options.model_validate(job.objective.options)
        found = objective.problems(job, options, facts)
    except ValidationError as error:
        found = problems_of(error, "objective.")
    except RequestError as error:
        found = [Problem("objective", error.message, error.hint)]
    return [problem for problem in found if problem.severity == "error"]


def blocking(problems: Sequence[Problem], *, later: bool) -> str:
    """Return the first of ``problems`` in a sentence: of those of the Method step if ``later``, else of the rest."""
    for problem in problems:
        if (problem.field.partition(".")[0] in _LATER) == later:
            return sentence(f"{problem.message} {problem.fix}".strip())
    return ""


def sentence(words: str) -> str:
    """Return words that begin a line: an engine's message is written to stand behind the name of a field."""
    return words[:1].upper() + words[1:]


def with_objective(wizard: Wizard, id: str, options: Mapping[str, Any] | None = None) -> Answers:
    """Return the answers with another objective; what would be taken unasked is left unsaid."""
    said = Choice(id=id, options=dict(options or {}))
    unsaid = id == inferred_objective(wizard.findings) and not said.options
    return dataclasses.replace(wizard.answers, objective=None if unsaid else said)


def objective_fields(
    objective: Objective, given: Mapping[str, Any], models: Sequence[ModelFound] | None
) -> list[OptionField]:
    """Return the options of ``objective`` for a form; one that names a model offers the ``models`` there are."""
    return [_with_models(field, given, models or ()) for field in fields_of(objective.options)]


def row_examples(objective: Objective) -> list[str]:
    """Return what a row of each kind that ``objective`` takes looks like, in words."""
    return [f"{KIND_TITLES[kind].capitalize()}: {KIND_EXAMPLES[kind]}" for kind in objective.rows]


def measured(objective: Objective) -> list[str]:
    """Return the held-out figures of ``objective``, the first of all the one it is judged by."""
    return [
        f"{_measure(measure)}: what it is judged by" if measure is objective.measures[0] else _measure(measure)
        for measure in objective.measures
    ]


def _measure(measure: Measure) -> str:
    return f"{measure.title}{', in per cent' if measure.share else ''}, {measure.better} is better"


def _refusals(objective: Objective, findings: Findings) -> tuple[str, ...]:
    reasons = []
    if findings.data is not None and findings.data.kind:
        reasons.append(rows_refusal(objective, findings.data.kind))
    if findings.model is not None:
        reasons.append(model_refusal(objective, findings.model.facts))
    return tuple(reason for reason in reasons if reason)


def _with_models(field: OptionField, given: Mapping[str, Any], models: Sequence[ModelFound]) -> OptionField:
    what, _, use = field.holds.partition(":")
    if what != MODEL:
        return field
    offered = {model.ref: model.title for model in models if not use or model.use == use}
    named = str(given.get(field.name) or "")
    if named:
        offered.setdefault(named, named)
    nothing = {} if field.optional else {"": "not chosen"}
    every = {**nothing, **offered}
    return dataclasses.replace(field, kind="choice", choices=tuple(every), titles=tuple(every.values()))
