"""Answers of the Data step that are not about a file: longest row, what is learned, what is held out; no widget."""

from __future__ import annotations

from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_objectives import with_objective


def with_length(wizard: Wizard, length: int) -> Answers:
    """Return the answers with another longest row; what would be inferred is left unsaid."""
    return wizard.answers.with_training(max_length=... if length == wizard.inferred.max_length else length)


def with_overlong(wizard: Wizard, way: str) -> Answers:
    """Return the answers with something else becoming of rows that are too long."""
    return wizard.answers.with_training(overlong=... if way == wizard.inferred.overlong else way)


def with_share(wizard: Wizard, share: float) -> Answers:
    """Return the answers with another share of the rows held out."""
    return wizard.answers.with_training(validation_share=... if share == wizard.inferred.validation_share else share)


def with_answers(wizard: Wizard, part: str) -> Answers:
    """Return the answers with another part of each row learned: ``all``, ``last`` or ``everything``."""
    chosen = wizard.job.objective
    kept = {name: value for name, value in chosen.options.items() if name != "answers"}
    return with_objective(wizard, chosen.id, kept if part == "all" else {**kept, "answers": part})
