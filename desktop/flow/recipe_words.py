"""What pages of recipes say beside form and stages: choices for fields, ways onward; it knows no widget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.errors import RequestError
from desktop.engine.models.heads import use_of
from desktop.engine.models.library import available
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.recipe import RecipeSpec
from desktop.flow.measures import ARROW
from desktop.flow.recipes import RecipeView, StageRow
from desktop.flow.wizard_samples import samples

RUN = "run:"
TONES = {"waiting": "neutral", "running": "accent", "done": "ok", "stopped": "warn", "failed": "bad"}
_VIEW_TONES = {"running": "accent", "finished": "ok", "stopped": "warn", "failed": "bad"}


@dataclass(frozen=True)
class Offer:
    """One thing a field can be set to: what it is called, and what a recipe says to name it."""

    title: str
    value: str


@dataclass(frozen=True)
class Onward:
    """Where the last model leads: the words of the button, the page and its context."""

    words: str
    page: str
    context: dict[str, Any]


def models_offered() -> list[Offer]:
    """Return every model at hand, for a field that takes one."""
    return [Offer(ref.title, ref.ref) for ref in available()]


def samples_offered(kind: str) -> list[Offer]:
    """Return the sample data whose rows are of ``kind``, for a field that takes them."""
    return [Offer(sample.title, str(sample.path)) for sample in samples() if sample.kind == kind]


def stages_line(spec: RecipeSpec) -> str:
    """Return the stages of a recipe in a row: ``3 stages: Examples, Reward model, PPO``."""
    count = len(spec.stages)
    return f"{count} stage{'' if count == 1 else 's'}: {', '.join(stage.title for stage in spec.stages)}"


def learns_line(spec: RecipeSpec) -> str:
    """Return what the stages learn, by their objectives' own titles, one after the other."""
    return f" {ARROW} ".join(_titles(spec))


def file_words(path: str) -> str:
    """Return how a chosen file is shown: its own name and the folder it lies in."""
    file = Path(path)
    return f"{file.name}, in {file.parent.name}" if file.parent.name else file.name


def onward(view: RecipeView) -> Onward | None:
    """Return where the last model leads; ``None`` while there is none, or where it is gone."""
    if not view.model:
        return None
    try:
        use = use_of(view.model)
    except RequestError:
        return None
    if use == "chat":
        return Onward("Compare in chat", "chat", {"run": view.model.removeprefix(RUN)})
    return Onward("Try it", "chat", {"model": view.model})


def opens(folder: str) -> tuple[str, dict[str, Any]]:
    """Return the page and the context that show what waits in ``folder`` of the queue: a recipe or a run."""
    kind, _, name = folder.rpartition("/")
    return ("recipes", {"recipe": name}) if kind.endswith("recipes") else ("run", {"run": name})


def tone_of(view: RecipeView) -> str:
    """Return the tone of a recipe's chip."""
    return _VIEW_TONES[view.status]


def stage_share(row: StageRow) -> float:
    """Return how much of a stage is done, 0 to 1."""
    return 1.0 if row.status == "done" else row.step / row.total if row.total else 0.0


def stage_spoken(row: StageRow, count: int) -> str:
    """Return a stage in sentences, for whoever does not see the stepper."""
    parts = [f"Stage {row.number} of {count}, {row.title}: {row.word}", row.steps, row.measured, row.sentence, row.hint]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _titles(spec: RecipeSpec) -> Iterable[str]:
    for stage in spec.stages:
        try:
            yield OBJECTIVES.get(stage.objective.id).title
        except RequestError:
            yield stage.objective.id
