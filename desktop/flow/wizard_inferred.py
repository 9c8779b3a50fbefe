"""What nobody has to say because it follows from model and data; it knows neither steps nor a screen."""

from __future__ import annotations

import math
import re
from pathlib import Path

from desktop.engine.check import needed_kinds
from desktop.engine.data.rows import KIND_TITLES
from desktop.engine.defaults import default_epochs
from desktop.engine.job import Choice, Training
from desktop.engine.objectives import OBJECTIVES
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_findings import DataFound, Findings

LONGEST = 2048  # rows are not let longer than this unasked: memory grows with them


def objective_of(answers: Answers, findings: Findings) -> Choice:
    """Return what is learned: as chosen, else the first objective that takes these rows and this model."""
    if answers.objective is not None:
        return answers.objective
    kind = findings.data.kind if findings.data else ""
    model = findings.model.facts.kind if findings.model else ""
    for objective in OBJECTIVES.all():
        if objective.from_scratch:
            continue  # it throws away what the model knows: nobody gets that unasked
        suits_model = not model or model in objective.kinds
        if suits_model and (not kind or kind in objective.rows):
            return Choice(id=objective.id)
    return Choice(id=OBJECTIVES.all()[0].id)


def unsuited(answers: Answers, findings: Findings) -> str:
    """Return why these rows cannot be learned from with this model, empty where they can."""
    if not (findings.data and findings.data.kind and findings.model):
        return ""
    objective = OBJECTIVES.get(objective_of(answers, findings).id)
    if findings.data.kind in objective.rows and findings.model.facts.kind in objective.kinds:
        return ""
    if findings.model.facts.kind not in objective.kinds:
        needs = needed_kinds(objective)
        return f"{findings.model.title} does not go with these rows: {objective.title} needs {needs}."
    holds = KIND_TITLES.get(findings.data.kind, findings.data.kind)
    wants = " or ".join(KIND_TITLES[kind] for kind in objective.rows)
    return f"This file holds {holds}; {objective.title} learns from {wants}. Choose another file, or map its columns."


def rows_of(findings: Findings) -> int:
    """Return how many good rows there are to learn from and hold some out of, 0 while unknown."""
    return sum(data.rows for data in _known(findings) if data.use == "train")


def kept_aside(findings: Findings) -> int:
    """Return how many good rows are only checked with: those of the data sets kept for that."""
    return sum(data.rows for data in _known(findings) if data.use == "validation")


def held_out(rows: int, share: float) -> int:
    """Return how many of ``rows`` are kept for validation."""
    return min(rows - 1, max(1, round(rows * share))) if rows > 1 else 0


def split_of(findings: Findings, training: Training) -> tuple[int, int] | None:
    """Return how the engine parts the rows, where it said so for this share and this one data set."""
    data = findings.data
    usual = Training().validation_share
    if data is None or data.split is None or findings.others or training.validation_share != usual:
        return None
    told = data.split.train, data.split.validation
    return told if sum(told) == rows_of(findings) else None


def training_of(findings: Findings) -> Training:
    """Return the training options nobody has to set for this data and this model."""
    plain = Training()
    rows = rows_of(findings)
    context = findings.model.facts.context if findings.model else LONGEST
    epochs = plain.epochs
    if rows > 1:
        epochs = default_epochs(rows - held_out(rows, plain.validation_share), plain.batch_size)
    length = min(plain.max_length, context)
    if findings.lengths is not None and findings.lengths.longest:
        whole = 64 * math.ceil(findings.lengths.longest / 64)
        length = min(whole, context, LONGEST)
    return plain.model_copy(update={"epochs": epochs, "max_length": max(8, length)})


def name_of(answers: Answers, method: str) -> str:
    """Return a name for the run: what it learns from, and how."""
    stem = Path(answers.data[0].path.removeprefix("hub:")).stem if answers.data else answers.model
    plain = re.sub(r"[^\w.-]+", "-", stem.strip(), flags=re.UNICODE).strip("-.") or "run"
    return f"{plain[:60]}-{method}"


def _known(findings: Findings) -> list[DataFound]:
    sets = (findings.data, *(other.data for other in findings.others))
    return [data for data in sets if data is not None and data.kind]
