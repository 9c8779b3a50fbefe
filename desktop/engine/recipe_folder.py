"""A started recipe on disk: what was asked, which run each stage is, who drives it; how it stands is told by its runs.

It knows neither torch nor screens, and starts no process.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import filelock

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.events import Failed, Finished, Started
from desktop.engine.models.library import RUN_PREFIX
from desktop.engine.recipe import RecipeSpec, Stage
from desktop.engine.run_folder import RunFolder, new_folder, write_atomically

StageState = Literal["waiting", "begun", "running", "finished", "stopped", "discarded", "failed", "interrupted"]
"""``begun`` has a run folder in which no engine has said a word yet."""


@dataclass(frozen=True)
class Word:
    """Why the driver of a recipe ended before the recipe did, where no run can tell it."""

    code: str
    message: str
    hint: str = ""


class RecipeFolder:
    """One started recipe.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        """Point at ``path``; nothing is read or made."""
        self.path = path

    @property
    def name(self) -> str:
        """Name of the folder, unique in its workspace."""
        return self.path.name

    @property
    def recipe_file(self) -> Path:
        """What was asked; never changes."""
        return self.path / "recipe.yaml"

    @property
    def stages_file(self) -> Path:
        """Which run each stage is."""
        return self.path / "stages.json"

    @property
    def control_file(self) -> Path:
        """Whether the driver is asked to stop."""
        return self.path / "control.json"

    @property
    def word_file(self) -> Path:
        """The driver's last word, where it failed outside a run."""
        return self.path / "driver.json"

    @property
    def log_file(self) -> Path:
        """Everything the driver prints."""
        return self.path / "driver.log"

    @classmethod
    def create(cls, root: Path, spec: RecipeSpec) -> RecipeFolder:
        """Make a new folder under ``root`` named as the recipe, with its file; never reuses one."""
        stem = re.sub(r"\s+", "-", spec.name)[:80]
        folder = cls(new_folder(root, stem, "recipe"))
        write_atomically(folder.recipe_file, spec.to_yaml())
        return folder

    @classmethod
    def all_in(cls, root: Path) -> list[RecipeFolder]:
        """Return every recipe below ``root``, newest first."""
        if not root.is_dir():
            return []
        found = [cls(path) for path in root.iterdir() if (path / "recipe.yaml").is_file()]
        return sorted(found, key=lambda one: one.recipe_file.stat().st_mtime, reverse=True)

    def spec(self) -> RecipeSpec:
        """Read what was asked."""
        return RecipeSpec.read(self.recipe_file)

    def run_names(self) -> dict[str, str]:
        """Return stage -> name of its run, of the stages that were begun and whose run is still there."""
        try:
            values = json.loads(self.stages_file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(values, dict):
            return {}
        found = {str(stage): name for stage, name in values.items() if isinstance(name, str)}
        return {stage: name for stage, name in found.items() if _run(name) is not None}

    def run_of(self, stage: str) -> RunFolder | None:
        """Return the run of a stage, ``None`` where it has not been begun."""
        name = self.run_names().get(stage)
        return _run(name) if name is not None else None

    def begin(self, stage: Stage, made: dict[str, str]) -> RunFolder:
        """Make the run of ``stage`` and write down that it is the one; no engine is started.

        Raises:
            RequestError: the stage's job is wrong, or it needs a model that is not among ``made``.
        """
        spec = self.spec().model_copy(update={"name": self.name})
        run = RunFolder.create(paths.runs(), spec.job_of(stage.id, made))
        write_atomically(self.stages_file, json.dumps({**self.run_names(), stage.id: run.name}, ensure_ascii=False))
        return run

    def states(self) -> dict[str, StageState]:
        """Return how each stage stands, in their order."""
        names = self.run_names()
        return {stage.id: state_of(_run(names.get(stage.id, ""))) for stage in self.spec().stages}

    def models(self) -> dict[str, str]:
        """Return stage -> its model as jobs name it, of the finished ones."""
        names, states = self.run_names(), self.states()
        return {id: RUN_PREFIX + names[id] for id, state in states.items() if state == "finished"}

    def ask_to_stop(self, *, stop: bool = True) -> None:
        """Ask the driver to begin no further stage, or take that back."""
        write_atomically(self.control_file, json.dumps({"stop": stop}))

    def is_asked_to_stop(self) -> bool:
        """Tell whether the driver is to begin no further stage."""
        try:
            return bool(json.loads(self.control_file.read_text(encoding="utf-8"))["stop"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return False

    def say(self, word: Word | None) -> None:
        """Leave the driver's last word, or take back an earlier one."""
        if word is None:
            self.word_file.unlink(missing_ok=True)
            return
        write_atomically(self.word_file, json.dumps(vars(word), ensure_ascii=False))

    def word(self) -> Word | None:
        """Return the driver's last word, ``None`` where it left none."""
        try:
            values = json.loads(self.word_file.read_text(encoding="utf-8"))
            return Word(str(values["code"]), str(values["message"]), str(values.get("hint", "")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def lock(self) -> filelock.FileLock:
        """Return the lock that whoever drives the recipe holds."""
        return filelock.FileLock(self.path / "driver.lock")

    def is_driven(self) -> bool:
        """Tell whether somebody on this machine drives it; the system frees the lock of a killed driver."""
        if not (self.path / "driver.lock").exists():
            return False
        for wait in (0.01, 0.03, None):  # two who ask at once see each other; a driver holds it every time
            try:
                with self.lock().acquire(timeout=0):
                    return False
            except filelock.Timeout:
                if wait is not None:
                    time.sleep(wait)
            except OSError:  # a read-only copy
                return False
        return True


def recipe_named(words: str) -> RecipeFolder:
    """Return the started recipe that ``words`` name; raise :class:`RequestError` where there is none."""
    for folder in (paths.recipes() / words, Path(words).expanduser()):
        with contextlib.suppress(OSError):
            if (folder / "recipe.yaml").is_file():
                return RecipeFolder(folder.resolve())
    known = ", ".join(one.name for one in RecipeFolder.all_in(paths.recipes())) or "none yet"
    raise RequestError("no_recipe", f"No recipe called {words!r} was started.", f"There are: {known}.")


def state_of(run: RunFolder | None) -> StageState:
    """Return how a stage stands, from its run alone: its last word, and whether an engine works on it."""
    if run is None:
        return "waiting"
    if run.is_alive():
        return "running"
    end = next((event for event in reversed(run.events()) if isinstance(event, Started | Finished | Failed)), None)
    match end:
        case Finished():
            return end.status
        case Failed():
            return "failed"
        case Started():
            return "interrupted"
        case _:
            return "begun"


def _run(name: str) -> RunFolder | None:
    """Return the run called ``name``; ``None`` where there is none, or where the name leads out of the runs."""
    path = paths.runs() / name
    if not name or not paths.is_inside(path, paths.runs()) or not (path / "job.yaml").is_file():
        return None
    return RunFolder(path)
