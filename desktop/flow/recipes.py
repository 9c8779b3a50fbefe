"""Recipes as a page lists them: how each stands, stage by stage, and starting, stopping and going on; it draws nothing.

How a recipe stands is told by the runs of its stages and by nothing else.
"""

from __future__ import annotations

import math
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.events import Finished
from desktop.engine.models.library import RUN_PREFIX
from desktop.engine.recipe import RecipeSpec, Stage
from desktop.engine.recipe_check import refuse_recipe
from desktop.engine.recipe_driver import launch_driver
from desktop.engine.recipe_folder import RecipeFolder, recipe_named
from desktop.engine.run_folder import EventTail, RunFolder
from desktop.flow.follow import ask
from desktop.flow.measures import Change, changes, first_measure
from desktop.flow.recipe_form import InputRow as InputRow
from desktop.flow.recipe_form import PlannedStage as PlannedStage
from desktop.flow.recipe_form import RecipeForm as RecipeForm
from desktop.flow.recipe_form import filled as filled
from desktop.flow.recipe_form import recipe_form as recipe_form
from desktop.flow.recipe_form import recipe_preset as recipe_preset
from desktop.flow.recipe_form import recipe_presets as recipe_presets
from desktop.flow.run_end import LIVE, Standing, standing
from desktop.flow.run_outline import Outline
from desktop.flow.runs import is_worked_on, newest_saved

StageStatus = Literal["waiting", "running", "done", "stopped", "failed"]
RecipeStatus = Literal["running", "finished", "stopped", "failed"]

_WORDS = {"waiting": "Waiting", "running": "Running", "done": "Done", "stopped": "Stopped", "failed": "Failed"}
_ENDS: dict[str, StageStatus] = {
    "finished": "done", "stopped": "stopped", "discarded": "stopped", "interrupted": "stopped", "failed": "failed",
}  # fmt: skip


@dataclass(frozen=True)
class StageRow:
    """One stage of a started recipe.

    Attributes:
        id: the stage.
        title: what people read.
        number: its place, from 1.
        status: for colours.
        word: for the chip.
        sentence: what happened and what is safe, empty while it waits.
        hint: what to do about it.
        run: name of its run, empty while it waits.
        step: last step done.
        total: steps of the whole stage, 0 while unknown.
        change: the figure it is judged by, before and now; nothing while unknown.
    """

    id: str
    title: str
    number: int
    status: StageStatus
    word: str
    sentence: str = ""
    hint: str = ""
    run: str = ""
    step: int = 0
    total: int = 0
    change: Change | None = None

    @property
    def steps(self) -> str:
        """How far it is: ``step 12 of 60``; empty while that is unknown."""
        return f"step {self.step:,} of {self.total:,}" if self.total else ""

    @property
    def measured(self) -> str:
        """The figure it is judged by, before and now: ``Pair accuracy 52 % → 91 %``; empty while unknown."""
        return f"{self.change.measure.title} {self.change.words}" if self.change else ""


@dataclass(frozen=True)
class RecipeView:
    """One started recipe.

    Attributes:
        name: name of its folder.
        title: what people read.
        summary: what comes out of it.
        path: the folder.
        when: wall clock of its start.
        status: for colours.
        word: for the chip: ``Stage 2 of 3``, ``Finished``.
        sentence: how it stands.
        hint: what to do about it, empty for nothing.
        stages: in order.
        share: how much of it is done, 0 to 1, each stage counted alike.
        model: the last stage's model as jobs name it, empty until it is there.
        can_stop: whether it is at work and not yet asked to stop.
        can_resume: whether nobody drives it and there is something left to do.
    """

    name: str
    title: str
    summary: str
    path: Path
    when: float
    status: RecipeStatus
    word: str
    sentence: str
    hint: str
    stages: tuple[StageRow, ...]
    share: float
    model: str
    can_stop: bool
    can_resume: bool


@dataclass
class _Followed:
    """What is remembered of one stage's run between two looks."""

    run: RunFolder
    tail: EventTail
    outline: Outline = field(default_factory=Outline)


class RecipeShelf:
    """All recipes below one folder; each look reads only what was appended to their runs since the last."""

    def __init__(self, root: Path) -> None:
        """Point at the folder of recipes; nothing is read yet."""
        self.root = root
        self._followed: dict[str, _Followed] = {}

    def look(self) -> list[RecipeView]:
        """Return every recipe, newest first; one whose file cannot be read is left out."""
        found = []
        for folder in RecipeFolder.all_in(self.root):
            try:
                found.append(self.view(folder))
            except RequestError:
                continue
        return found

    def view(self, folder: RecipeFolder) -> RecipeView:
        """Return how one recipe stands; raise :class:`RequestError` where its file cannot be read."""
        driven = folder.is_driven()  # before the runs: a driver that ends in between has told everything by then
        spec, names = folder.spec(), folder.run_names()
        rows = tuple(self._row(place, stage, names) for place, stage in enumerate(spec.stages, 1))
        return _view(folder, spec, rows, driven=driven)

    def _row(self, number: int, stage: Stage, names: Mapping[str, str]) -> StageRow:
        if stage.id not in names:
            return StageRow(stage.id, stage.title, number, "waiting", _WORDS["waiting"])
        run = RunFolder(paths.runs() / names[stage.id])
        followed = self._followed.setdefault(run.name, _Followed(run, EventTail(run)))
        outline = followed.outline
        _read(followed)
        alive = outline.ended is None and is_worked_on(run, outline, {})
        if not alive:
            _read(followed)  # the engine's last words may have come between the two looks
        state = standing(outline, alive=alive, saved_step=newest_saved(run))
        status: StageStatus = "running" if state.status in LIVE else _ENDS[state.status]
        return StageRow(
            id=stage.id,
            title=stage.title,
            number=number,
            status=status,
            word=state.word if status == "running" else _WORDS[status],
            sentence=state.sentence,
            hint=_hint(state),
            run=run.name,
            step=outline.step,
            total=outline.total,
            change=_change(stage, outline),
        )


def start(spec: RecipeSpec) -> tuple[RecipeFolder, subprocess.Popen[bytes]]:
    """Make the folder of a recipe and start its driver; raise :class:`RequestError` with all that stands against it."""
    refuse_recipe(spec)
    folder = RecipeFolder.create(paths.recipes(), spec)
    return folder, launch_driver(folder)


def resume(name: str) -> tuple[RecipeFolder, subprocess.Popen[bytes]]:
    """Go on with a recipe where it was; raise :class:`RequestError` where it is driven or finished already."""
    folder = recipe_named(name)
    refuse_resume(folder)
    return folder, launch_driver(folder)


def refuse_resume(folder: RecipeFolder) -> None:
    """Raise :class:`RequestError` where there is nothing to go on with."""
    if folder.is_driven():
        raise RequestError(
            "already_running", f"The recipe {folder.name} is being worked on right now.", "Let it go on."
        )
    if all(state == "finished" for state in folder.states().values()):
        raise RequestError("already_ended", f"The recipe {folder.name} is finished already.", "Start a new one.")


def stop(name: str) -> None:
    """Ask a recipe to stop: the stage at work saves what it has learned, and no further one is begun."""
    folder = recipe_named(name)
    folder.ask_to_stop()
    for stage, state in folder.states().items():
        run = folder.run_of(stage)
        if state in ("running", "begun") and run is not None:
            ask(run, "stop_and_save")


def _read(followed: _Followed) -> None:
    for event in followed.tail.read():
        followed.outline.fold(event)


def _hint(state: Standing) -> str:
    """Return what to do; a stage goes on with its recipe, not by itself."""
    if state.status in ("interrupted", "stopped", "discarded"):
        return "Resume the recipe to go on."
    return state.hint


def _change(stage: Stage, outline: Outline) -> Change | None:
    ended = outline.ended
    looks = sorted(outline.evaluations.values(), key=lambda look: look.step)
    before = next(({**look.metrics, "loss": look.loss} for look in looks if look.when == "before"), {})
    now = {**looks[-1].metrics, "loss": looks[-1].loss} if looks else {}
    if isinstance(ended, Finished):
        before = ended.metrics.get("before", before)
        now = ended.metrics.get("after", now)
    wanted = first_measure(stage.objective.id).key
    found = next((one for one in changes(stage.objective.id, before, now) if one.measure.key == wanted), None)
    if found is not None and len(looks) == 1 and looks[0].when == "before" and ended is None:
        return replace(found, before=math.nan)  # nothing has changed yet: one figure, not the same one twice
    return found


def _view(folder: RecipeFolder, spec: RecipeSpec, rows: tuple[StageRow, ...], *, driven: bool) -> RecipeView:
    at = next((row for row in rows if row.status != "done"), rows[-1])
    finished = all(row.status == "done" for row in rows)
    status, sentence, hint = _standing(folder, rows, at, driven=driven, finished=finished)
    words = {"running": f"Stage {at.number} of {len(rows)}", "finished": "Finished", "stopped": "Stopped"}
    done = [1.0 if row.status == "done" else row.step / row.total if row.total else 0.0 for row in rows]
    try:
        when = folder.recipe_file.stat().st_mtime
    except OSError:
        when = 0.0
    return RecipeView(
        name=folder.name,
        title=spec.title,
        summary=spec.summary,
        path=folder.path,
        when=when,
        status=status,
        word=words.get(status, "Failed"),
        sentence=sentence,
        hint=hint,
        stages=rows,
        share=min(1.0, sum(done) / len(done)),
        model=RUN_PREFIX + rows[-1].run if rows[-1].status == "done" else "",
        can_stop=status == "running" and driven and not folder.is_asked_to_stop(),
        can_resume=not driven and not finished,
    )


def _standing(
    folder: RecipeFolder, rows: tuple[StageRow, ...], at: StageRow, *, driven: bool, finished: bool
) -> tuple[RecipeStatus, str, str]:
    """Return status, sentence and hint of the whole recipe; ``at`` is the first stage that is not done."""
    here = f"Stage {at.number} of {len(rows)}, {at.title}"
    if finished:
        return "finished", f"All {len(rows)} stages are done.", ""
    if driven:
        if folder.is_asked_to_stop():
            return "running", f"{here}: stopping after this step and saving what was learned.", ""
        return "running", f"{here}: {at.steps or 'starting'}.", ""
    if at.status == "running":
        return "running", f"{here}: {at.steps or 'starting'}.", "No later stage follows by itself: resume the recipe."
    word = folder.word()
    if word is not None:
        return "failed", f"{here}: {word.message}", word.hint
    if at.status == "failed":
        return "failed", f"{here}: {at.sentence}", at.hint
    return "stopped", f"{here}: {at.sentence or 'not begun.'}", "Resume the recipe to go on."
