"""Settings that belong to no method and no training option, ready for a form: storage and device; no widget."""

from __future__ import annotations

import dataclasses
from typing import Any

from desktop.engine.job import QUANTIZATIONS
from desktop.engine.options import OptionField
from desktop.engine.quantization import QUANTIZATIONS as STORED
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers

STORAGE = "quantization"
DEVICE = "device"


def other_fields(wizard: Wizard) -> list[OptionField]:
    """Return the fields: how the base is stored and where it runs."""
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
    return [storage, device]


def other_values(wizard: Wizard) -> dict[str, Any]:
    """Return what the fields show now."""
    return {STORAGE: wizard.job.quantization, DEVICE: wizard.answers.device}


def with_other(wizard: Wizard, values: dict[str, Any]) -> Answers:
    """Return the answers with ``values`` taken from the form; what equals its default is left unsaid."""
    stored = str(values.get(STORAGE, wizard.job.quantization))
    return dataclasses.replace(
        wizard.answers,
        quantization="" if stored == follows_method(wizard) else stored,
        device=str(values.get(DEVICE, wizard.answers.device)),
    )


def follows_method(wizard: Wizard) -> str:
    """Return how the base is stored where nobody says it: the method's name decides."""
    return "nf4" if wizard.method.id == "qlora" else "none"
