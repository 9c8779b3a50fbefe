"""Which objectives learn from which rows with which model, and why others do not; it knows none by name but the usual.

The one place that says it: the wizard, the command line and the engine say the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.engine.data.rows import KIND_TITLES
from desktop.engine.errors import Problem
from desktop.engine.methods.base import ModelFacts
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective

MODEL_KIND_TITLES = {"causal": "a text generator", "masked": "an encoder", "seq2seq": "an encoder-decoder"}

USUAL = ("sft", "dapt", "mlm", "classification", "seq2seq", "dpo", "kto")
"""What is taken unasked, where several learn from the same rows: each is the plainest one for its rows and model."""


def needed_kinds(objective: Objective) -> str:
    """Return the kinds of model ``objective`` starts from, in words."""
    return _models(objective.kinds)


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


def wrong_rows(objective: Objective, kind: str, model: str = "") -> Problem | None:
    """Return why ``objective`` cannot learn from rows of ``kind`` and what can; ``None`` where it can itself.

    What is named instead learns from such rows with a ``model`` of that kind, the usual one first; where nothing does,
    the kinds of model that would are named, too. A start from random weights comes last: it throws away what is known.
    """
    reason = rows_refusal(objective, kind)
    if not reason:
        return None
    first = usual(kind, model)
    able = sorted(suiting(kind, model), key=lambda other: (other is not first, other.from_scratch))
    if able:
        return Problem(
            "objective", reason, f"Learn by {_titles(able)} instead, choose another file, or map its columns."
        )
    others = suiting(kind)
    if others:
        models = _models(dict.fromkeys(kind for other in others for kind in other.kinds))
        cure = f"Choose another file, map its columns, or start from {models} and learn by {_titles(others)}."
        return Problem("objective", reason, cure)
    return Problem("objective", reason, "Choose another file, or map its columns.")


def suiting(kind: str, model: str = "") -> list[Objective]:
    """Return the objectives that learn from rows of ``kind`` with a ``model`` of that kind, in their order.

    What is empty is not known and stands in nobody's way.
    """
    return [
        objective
        for objective in OBJECTIVES.all()
        if (not kind or kind in objective.rows) and (not model or model in objective.kinds)
    ]


def usual(kind: str, model: str = "") -> Objective | None:
    """Return the objective nobody has to choose for rows of ``kind`` with a ``model`` of that kind, if any suits.

    One that starts from random weights throws away what the model knows: nobody gets that unasked.
    """
    able = {objective.id: objective for objective in suiting(kind, model) if not objective.from_scratch}
    return next((able[id] for id in USUAL if id in able), next(iter(able.values()), None))


def _models(kinds: Iterable[str]) -> str:
    return _or([MODEL_KIND_TITLES[kind] for kind in kinds])


def _titles(objectives: list[Objective]) -> str:
    titles = [objective.title for objective in objectives]
    return _or([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)


def _or(words: list[str]) -> str:
    return " or ".join(words)
