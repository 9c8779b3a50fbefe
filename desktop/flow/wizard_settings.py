"""Settings that belong to no method and no training option, ready for a form: objective, storage, device; no widget."""

from __future__ import annotations

import dataclasses
from typing import Any

from desktop.engine.job import QUANTIZATIONS, Choice
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import OptionField, fields_of
from desktop.engine.quantization import QUANTIZATIONS as STORED
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_inferred import objective_of

STORAGE = "quantization"
DEVICE = "device"


def other_fields(wizard: Wizard) -> list[OptionField]:
    """Return the fields: the objective's own options first, then how the base is stored and where it runs."""
    objective = OBJECTIVES.get(wizard.job.objective.id)
    follows = follows_method(wizard)
    storage = OptionField(
        name=STORAGE,
        label="Base stored in",
        help=STORED[wizard.job.quantization].summary,
        kind="choice",
        default=follows,
        choices=QUANTIZATIONS,
    )
    device = OptionField(
        name=DEVICE,
        label="Device",
        help="auto takes the GPU where there is one.",
        kind="choice",
        default="auto",
        choices=("auto", "cpu", "cuda"),
    )
    return [*fields_of(objective.options), storage, device]


def other_values(wizard: Wizard) -> dict[str, Any]:
    """Return what the fields show now."""
    objective = OBJECTIVES.get(wizard.job.objective.id)
    plain = {field.name: field.default for field in fields_of(objective.options)}
    return {**plain, **wizard.job.objective.options, STORAGE: wizard.job.quantization, DEVICE: wizard.answers.device}


def with_other(wizard: Wizard, values: dict[str, Any]) -> Answers:
    """Return the answers with ``values`` taken from the form; what equals its default is left unsaid."""
    chosen = objective_of(wizard.answers, wizard.findings)
    defaults = {field.name: field.default for field in fields_of(OBJECTIVES.get(chosen.id).options)}
    changed = {name: values[name] for name in defaults if values.get(name, defaults[name]) != defaults[name]}
    objective = wizard.answers.objective
    if changed or objective is not None:
        objective = Choice(id=chosen.id, options=changed)
    stored = str(values.get(STORAGE, wizard.job.quantization))
    return dataclasses.replace(
        wizard.answers,
        objective=objective,
        quantization="" if stored == follows_method(wizard) else stored,
        device=str(values.get(DEVICE, wizard.answers.device)),
    )


def follows_method(wizard: Wizard) -> str:
    """Return how the base is stored where nobody says it: the method's name decides."""
    return "nf4" if wizard.method.id == "qlora" else "none"
