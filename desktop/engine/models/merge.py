"""Whether an adapter on the disk can be folded into its base, told before anything is loaded; it folds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desktop.engine.errors import RequestError
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Method, Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import ModelRef, read_lineage

_SOFT_PROMPTS = ("PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CARTRIDGE")


def merge_refusal(ref: ModelRef) -> str | None:
    """Return why ``ref`` cannot become one model without parts, in a sentence with the cure; ``None`` where it can."""
    facts = facts_of(ref.folder) if ref.adapters else None
    for adapter in ref.adapters:
        lineage = read_lineage(adapter)
        made = made_by(lineage)
        if made is None:
            reason = _foreign(adapter)
        else:
            method, options = made
            objective, stored = str(lineage.get("objective", "sft")), str(lineage.get("quantization", "none"))
            reason = method.merge_refusal(Setting(objective, stored, model=facts), options)
        if reason is not None:
            return reason
    return None


def refuse_merge(ref: ModelRef) -> None:
    """Raise :class:`RequestError` where ``ref`` cannot become one model without parts."""
    reason = merge_refusal(ref)
    if reason is not None:
        what, _, cure = reason.partition(". ")
        raise RequestError("cannot_merge", what.rstrip(".") + ".", cure)


def made_by(lineage: dict[str, Any]) -> tuple[Method, Any] | None:
    """Return the method that made a model and its options; ``None`` where it is not one of ours."""
    try:
        method = METHODS.get(str(lineage.get("method", "")))
    except RequestError:
        return None
    try:
        return method, method.options.model_validate(lineage.get("options", {}))
    except ValidationError:  # written by another version of the method
        return method, method.options()


def _foreign(adapter: Path) -> str | None:
    try:
        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None  # whoever loads it tells what is wrong with it
    if isinstance(config, dict) and config.get("peft_type") in _SOFT_PROMPTS:
        return (
            f"{adapter.name} is a soft prompt and changes no weight, so there is nothing to fold into the base. "
            "Export it as an adapter."
        )
    return None
