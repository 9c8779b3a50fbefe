"""What each objective is tried with on the starter models: samples, method, steps; it runs nothing.

An objective that is not in the table is tried with what its kinds of rows and of models suggest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop import paths
from desktop.engine.job import JobSpec
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective

STEPS = 40
_SAMPLES = {
    "chat": "bakery.jsonl",
    "text": "handbook.txt",
    "label": "letters.jsonl",
    "pair": "polite.jsonl",
    "preference": "manners.jsonl",
    "rated": "manners.jsonl",
    "prompt": "manners.jsonl",
}
_MODELS = {"causal": "starter", "masked": "starter-encoder", "seq2seq": "starter-seq2seq"}
_MAPPINGS = {"strange_columns.csv": {"prompt": "plim", "completion": "vorl"}}
# One in ten of the pairs is turned round on purpose: over 24 of them an accuracy says little, over 60 it does.
_PAIRS = {"validation_share": 0.25}
_LORA: dict[str, Any] = {"id": "lora", "rank": 16}


@dataclass(frozen=True)
class Trial:
    """What one objective is tried with.

    Attributes:
        model: which starter.
        data: sample files it learns from.
        old: sample files of a task the model knows.
        method: what is trained, as in a job.
        options: of the objective.
        training: what differs from the defaults.
        steps: optimizer steps.
        needs: option -> objective whose trial makes the model that stands there.
    """

    model: str = "starter"
    data: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    method: Mapping[str, Any] | str = field(default_factory=lambda: _LORA)
    options: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    steps: int = STEPS
    needs: Mapping[str, str] = field(default_factory=dict)


TRIALS: Mapping[str, Trial] = {
    "sft": Trial(data=("bakery.jsonl",)),
    "dapt": Trial(data=("handbook.txt",)),
    "pretrain": Trial(data=("handbook.txt",), method="full"),
    "tapt": Trial(data=("letters.jsonl",)),
    "mlm": Trial(model="starter-encoder", data=("handbook.txt",)),
    "classification": Trial(model="starter-encoder", data=("letters.jsonl",)),
    "seq2seq": Trial(model="starter-seq2seq", data=("polite.jsonl",)),
    "reward": Trial(data=("manners.jsonl",), training=_PAIRS, steps=60),
    "dpo": Trial(data=("manners.jsonl",), training=_PAIRS),
    "simpo": Trial(data=("manners.jsonl",), training=_PAIRS),
    "orpo": Trial(data=("manners.jsonl",), training=_PAIRS),
    "kto": Trial(data=("manners.jsonl",), training=_PAIRS),
    "ppo": Trial(
        data=("manners.jsonl",), training={**_PAIRS, "batch_size": 32}, steps=12, needs={"reward_model": "reward"}
    ),
    "grpo": Trial(
        data=("manners.jsonl",),
        options={"pattern": "Please ask me", "wanted_words": 12},
        training={**_PAIRS, "batch_size": 8},
        steps=12,
    ),
    "continual": Trial(data=("bakery.jsonl",), old=("strange_columns.csv",)),
    "multitask": Trial(data=("bakery.jsonl", "strange_columns.csv")),
}


def trial_of(objective: Objective) -> Trial:
    """Return what ``objective`` is tried with: what the table says, else what its rows and models suggest."""
    known = TRIALS.get(objective.id)
    if known is not None:
        return known
    rows = next((kind for kind in objective.rows if kind in _SAMPLES), "chat")
    model = next((_MODELS[kind] for kind in objective.kinds if kind in _MODELS), "starter")
    training = _PAIRS if rows in ("preference", "rated") else {}
    return Trial(model, (_SAMPLES[rows],), method="full" if objective.from_scratch else _LORA, training=training)


def job_for(objective: str, models: Mapping[str, str] | None = None) -> JobSpec:
    """Return the job ``objective`` is tried with.

    Args:
        objective: its id.
        models: objective -> the model its trial made, for those that others need.
    """
    trial = trial_of(OBJECTIVES.get(objective))
    options = {**trial.options, **{option: (models or {})[made] for option, made in trial.needs.items()}}
    sets = [(name, "train") for name in trial.data] + [(name, "old") for name in trial.old]
    training = {
        "batch_size": 8, "max_length": 128, "seed": 7, **trial.training, "max_steps": trial.steps,
        "evaluate_every": trial.steps + 1, "save_every": trial.steps + 1,
    }  # fmt: skip
    return JobSpec.from_mapping(
        {
            "name": objective,
            "model": trial.model,
            "objective": {"id": objective, "options": options},
            "method": trial.method,
            "device": "cpu",
            "data": [
                {"path": str(paths.samples() / name), "use": use, "mapping": _MAPPINGS.get(name, {})}
                for name, use in sets
            ],
            "training": training,
        }
    )
