"""What a run is about, from its small files: its name, what it learns from, what its model is good for; no screen."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.engine.errors import UserError
from desktop.engine.models.heads import Use, use_of
from desktop.engine.models.library import RUN_PREFIX
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective
from desktop.engine.run_folder import RunFolder
from desktop.flow.runs import title_of

_ACTS: dict[Use, str] = {
    "chat": "Compare in chat",
    "classification": "Try it",
    "reward": "Try it",
    "seq2seq": "Try it",
    "masked": "",
}


@dataclass(frozen=True)
class RunAbout:
    """What does not change while a run works.

    Attributes:
        name: what the user calls it.
        clip: length above which gradients are shortened, 0 for never.
        objective: id of what it learns from, empty where its job cannot be read.
        speaks: whether sample prompts can be answered while it works.
    """

    name: str
    clip: float = 0.0
    objective: str = ""
    speaks: bool = True


def about(run: RunFolder) -> RunAbout:
    """Return what ``run`` is about; its folder's name alone where its job cannot be read."""
    try:
        job = run.job()
    except UserError:
        return RunAbout(run.name)
    name, clip, objective = title_of(run) or job.name, job.training.max_grad_norm, job.objective.id
    return RunAbout(name, clip, objective, _speaks(objective))


def _speaks(id: str) -> bool:
    """Tell whether an objective has prompts for its model to answer: one that keeps the default has none."""
    return next((type(one).prompts is not Objective.prompts for one in OBJECTIVES.all() if one.id == id), True)


def use_of_model(ref: str) -> Use:
    """Return what the model that ``ref`` names is good for; to talk to, where its files do not tell."""
    try:
        return use_of(ref)
    except UserError:
        return "chat"


def act_with(use: Use) -> str:
    """Return the words for what one does with a model next; empty where it can only be trained further."""
    return _ACTS[use]


def act_after(run: str) -> str:
    """Return the words for what one does with the model of the run in this folder."""
    return act_with(use_of_model(f"{RUN_PREFIX}{run}"))
