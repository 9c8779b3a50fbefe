"""Which objectives learn from which rows with which model, and why the others do not; it knows no objective by name.

The one place that says it: the wizard, the command line and the engine say the same sentence.
"""

from __future__ import annotations

from desktop.engine.data.rows import KIND_TITLES
from desktop.engine.methods.base import ModelFacts
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective

MODEL_KIND_TITLES = {"causal": "a text generator", "masked": "an encoder", "seq2seq": "an encoder-decoder"}


def needed_kinds(objective: Objective) -> str:
    """Return the kinds of model ``objective`` starts from, in words."""
    return _or([MODEL_KIND_TITLES[kind] for kind in objective.kinds])


def needed_rows(objective: Objective) -> str:
    """Return the kinds of rows ``objective`` learns from, in words."""
    return _or([KIND_TITLES[kind] for kind in objective.rows])


def model_refusal(objective: Objective, facts: ModelFacts) -> str:
    """Return why ``objective`` cannot start from a model, in a sentence; empty where it can."""
    if facts.kind in objective.kinds:
        return ""
    is_now = f"{MODEL_KIND_TITLES.get(facts.kind, facts.kind)} ({facts.architecture})"
    return f"{objective.title} needs {needed_kinds(objective)}, and this model is {is_now}."


def rows_refusal(objective: Objective, kind: str) -> str:
    """Return why ``objective`` cannot learn from rows of ``kind``, in a sentence; empty where it can."""
    if kind in objective.rows:
        return ""
    return f"{objective.title} learns from {needed_rows(objective)}, and these rows are {KIND_TITLES.get(kind, kind)}."


def suiting(kind: str, model: str = "") -> list[Objective]:
    """Return the objectives that learn from rows of ``kind`` with a ``model`` of that kind, in their order.

    What is empty is not known and stands in nobody's way.
    """
    return [
        objective
        for objective in OBJECTIVES.all()
        if (not kind or kind in objective.rows) and (not model or model in objective.kinds)
    ]


def _or(words: list[str]) -> str:
    return " or ".join(words)
