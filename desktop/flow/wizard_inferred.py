"""What nobody has to say because it follows from model and data; it knows neither steps nor a screen."""

from __future__ import annotations

import math
import re
from pathlib import Path

from desktop.engine.defaults import default_epochs
from desktop.engine.job import Choice, Training
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.suits import needed_kinds, suiting, usual, wrong_rows
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_findings import DataFound, Findings

LONGEST = 2048  # rows are not let longer than this unasked: memory grows with them


def objective_of(answers: Answers, findings: Findings) -> Choice:
    """Return what is learned: as chosen, else what model and rows suggest."""
    return answers.objective or Choice(id=inferred_objective(findings))


def inferred_objective(findings: Findings) -> str:
    """Return the id of the objective nobody has to choose: the usual one that takes these rows and this model."""
    kind = findings.data.kind if findings.data else ""
    model = findings.model.facts.kind if findings.model else ""
    taken = usual(kind, model)
    return taken.id if taken else OBJECTIVES.all()[0].id


def unsuited(answers: Answers, findings: Findings) -> str:
    """Return why these rows cannot be learned from with this model, empty where they can."""
    if not (findings.data and findings.data.kind and findings.model):
        return ""
    objective = OBJECTIVES.get(objective_of(answers, findings).id)
    kind, model = findings.data.kind, findings.model.facts.kind
    if kind in objective.rows and model in objective.kinds:
        return ""
    if model not in objective.kinds:
        others = _named([other.id for other in suiting(kind, model)], first=inferred_objective(findings))
        cure = f" Learn by {others} instead, or choose another model." if others else ""
        return (
            f"{findings.model.title} does not go with these rows: {objective.title} needs {needed_kinds(objective)}."
            f"{cure}"
        )
    problem = wrong_rows(objective, kind, model)
    return f"{problem.message} {problem.fix}" if problem else ""


def _named(ids: list[str], first: str) -> str:
    """Return the titles of the objectives ``ids`` as part of a sentence, the one called ``first`` before the others."""
    titles = [OBJECTIVES.get(id).title for id in sorted(ids, key=lambda id: id != first)]
    return f"{', '.join(titles[:-1])} or {titles[-1]}" if len(titles) > 1 else "".join(titles)


def instead(answers: Answers, findings: Findings) -> str:
    """Return the id of the objective that would take the rows that the chosen one refuses; empty where none would."""
    if not unsuited(answers, findings) or findings.data is None or findings.model is None:
        return ""
    able = [objective.id for objective in suiting(findings.data.kind, findings.model.facts.kind)]
    wanted = inferred_objective(findings)
    return wanted if wanted in able else next(iter(able), "")


def rows_of(findings: Findings) -> int:
    """Return how many good rows there are to learn from and hold some out of, 0 while unknown."""
    return sum(data.rows for data in _known(findings) if data.use == "train")


def kept_aside(findings: Findings) -> int:
    """Return how many good rows are only checked with: those of the data sets kept for that."""
    return sum(data.rows for data in _known(findings) if data.use == "validation")


def of_old_tasks(findings: Findings) -> int:
    """Return how many good rows there are of tasks that the model already knows."""
    return sum(data.rows for data in _known(findings) if data.use == "old")


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
