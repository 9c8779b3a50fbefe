"""What the workbench is asked about the rows, as the wizard stands; it knows the keys of requests and no answer."""

from __future__ import annotations

from typing import Any

from desktop.engine.objectives import OBJECTIVES
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_inferred import objective_of
from desktop.flow.wizard_sets import same_reading


def same_rows(one: Answers, other: Answers) -> bool:
    """Tell whether the same rows go to the same model."""
    if one.model != other.model or (one.source is None) != (other.source is None):
        return False
    return one.source is None or other.source is None or same_reading(one.source, other.source)


def render_settings(answers: Answers) -> tuple[object, ...]:
    """Return the answers a rendered row depends on, beside the row and the model."""
    training = answers.training
    return (answers.chat_template, answers.objective, training.get("max_length"), training.get("overlong"))


def lengths_params(wizard: Wizard) -> dict[str, Any]:
    """Return what the ``lengths`` operation is asked with."""
    return {**_subject(wizard), "answers": trained_on(wizard), "max_length": wizard.job.training.max_length}


def render_params(wizard: Wizard, row: int) -> dict[str, Any]:
    """Return what the ``render`` operation is asked with for the row at ``row``."""
    training = wizard.job.training
    asked = {**_subject(wizard), "row": row, "answers": trained_on(wizard), "max_length": training.max_length}
    # What would be so by itself is left unsaid.
    return {**asked, "overlong": training.overlong} if training.overlong != "truncate" else asked


def trained_on(wizard: Wizard) -> str:
    """Return which part of a row is learned: ``all``, ``last`` or ``everything``."""
    objective = objective_of(wizard.answers, wizard.findings)
    field = OBJECTIVES.get(objective.id).options.model_fields.get("answers")
    # Read as it stands: another option of the same form may be wrong at the moment.
    return str(objective.options.get("answers", field.default if field is not None else "all"))


def _subject(wizard: Wizard) -> dict[str, Any]:
    answers = wizard.answers
    asked: dict[str, Any] = {
        "source": answers.source.model_dump(mode="json") if answers.source else None,
        "model": answers.model,
    }
    return {**asked, "template": answers.chat_template} if answers.chat_template else asked
