"""Every objective tried once on the starter models: its own figure before and after, and the time; it draws nothing.

Each trial is a real run in an engine of its own, in a folder that goes away; only the table is kept.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import desktop
from desktop import paths
from desktop.engine.check import problems
from desktop.engine.errors import RequestError, UserError
from desktop.engine.events import Finished
from desktop.engine.hardware import hardware
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.objectives.base import Objective
from desktop.engine.run_folder import RunFolder, write_atomically
from desktop.flow.objective_trials import job_for, trial_of
from desktop.flow.trial import run_trial

SCHEMA = 1
FILE = "objectives-table.json"


@dataclass(frozen=True)
class ObjectiveRow:
    """One objective as it did.

    Attributes:
        objective: id.
        title: on screen.
        row: its row in the table of objectives (``O4``), empty where it has none.
        model: which starter it was tried on.
        method: what was trained.
        measure: the held-out figure it is judged by.
        measure_title: what people read.
        better: which way is better, ``lower`` or ``higher``.
        share: whether the figure is a share.
        before: the figure before training.
        after: the figure after it.
        steps: optimizer steps.
        seconds: time of the whole trial, with loading and measuring, and with a model that was trained only for it.
        refusal: why it was not tried, or how the trial failed, in a sentence; empty where it ran.
    """

    objective: str
    title: str
    row: str = ""
    model: str = ""
    method: str = ""
    measure: str = ""
    measure_title: str = ""
    better: str = "lower"
    share: bool = False
    before: float | None = None
    after: float | None = None
    steps: int = 0
    seconds: float = 0.0
    refusal: str = ""

    @property
    def improved(self) -> bool:
        """Tell whether the figure moved the better way."""
        if self.before is None or self.after is None:
            return False
        return self.after < self.before if self.better == "lower" else self.after > self.before


@dataclass(frozen=True)
class ObjectiveTable:
    """The objectives side by side.

    Attributes:
        rows: one an objective, by their rows in the table of objectives.
        machine: what it was measured on, in words.
        version: of Fettle.
        made: when, seconds since the epoch.
    """

    rows: tuple[ObjectiveRow, ...]
    machine: str
    version: str
    made: float

    @property
    def seconds(self) -> float:
        """Return the time of all trials together."""
        return round(sum(row.seconds for row in self.rows), 1)

    @property
    def improved(self) -> int:
        """Return how many objectives improved their figure."""
        return sum(row.improved for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """Return the form that programs read."""
        rows = [{**asdict(row), "improved": row.improved} for row in self.rows]
        return {"schema": SCHEMA, **asdict(self), "rows": rows, "seconds": self.seconds, "improved": self.improved}


def table_file() -> Path:
    """Return where the table of this workspace lies."""
    return paths.workspace() / FILE


def stored_table() -> ObjectiveTable | None:
    """Return the table of this workspace, ``None`` where there is none that can be read."""
    try:
        values = json.loads(table_file().read_text(encoding="utf-8"))
        if values["schema"] != SCHEMA:
            return None
        rows = tuple(
            ObjectiveRow(**{key: value for key, value in row.items() if key != "improved"}) for row in values["rows"]
        )
        return ObjectiveTable(rows, str(values["machine"]), str(values["version"]), float(values["made"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def make_table(
    objectives: Sequence[str] = (), begun: Callable[[str, int, int], None] = lambda *_: None
) -> Iterator[ObjectiveRow]:
    """Try every objective and yield its row; the table in the workspace grows with each.

    Args:
        objectives: ids of those to try, all where empty; rows of others stay in the table as they were.
        begun: called with an objective's title, its place from 1, and how many there are.
    """
    wanted = [OBJECTIVES.get(id) for id in objectives] or OBJECTIVES.all()
    before = stored_table()
    rows = {row.objective: row for row in before.rows} if before is not None else {}
    folder = Path(tempfile.mkdtemp(prefix="fettle-objectives-"))
    trials = _Trials(folder)
    try:
        for place, objective in enumerate(wanted, start=1):
            begun(objective.title, place, len(wanted))
            rows[objective.id] = trials.row(objective)
            _store([rows[known.id] for known in sorted(OBJECTIVES.all(), key=_place) if known.id in rows])
            yield rows[objective.id]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Trials:
    """Trials that follow each other, of which some need the model of another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: dict[str, str] = {}

    def row(self, objective: Objective) -> ObjectiveRow:
        """Try one objective and return how it did."""
        measure, trial = objective.measures[0], trial_of(objective)
        started = time.monotonic()
        before = after = None
        steps, refusal = 0, ""
        try:
            for needed in trial.needs.values():
                if needed not in self._models:
                    self._run(needed)
            finished = self._run(objective.id)
            steps = finished.step
            before = _finite(finished.metrics.get("before", {}).get(measure.key))
            after = _finite(finished.metrics.get("after", {}).get(measure.key))
        except UserError as error:
            refusal = f"{error.message} {error.hint}".strip()
        method = trial.method if isinstance(trial.method, str) else str(trial.method["id"])
        return ObjectiveRow(
            objective.id, objective.title, objective.row, trial.model, method,
            measure.key, measure.title, measure.better, measure.share, before, after,
            steps, round(time.monotonic() - started, 1), refusal,
        )  # fmt: skip

    def _run(self, objective: str) -> Finished:
        """Run the trial of one objective; its model is kept for those that need it, everything else goes."""
        job = job_for(objective, self._models)
        if found := [problem for problem in problems(job) if problem.severity == "error"]:
            raise RequestError.from_problems(found)
        run = RunFolder.create(self._folder, job)
        try:
            finished = run_trial(run)
            if _is_needed(objective):
                self._models[objective] = str(shutil.move(run.model, self._folder / f"model-{objective}"))
            return finished
        finally:
            shutil.rmtree(run.path, ignore_errors=True)


def _is_needed(objective: str) -> bool:
    return any(objective in trial_of(other).needs.values() for other in OBJECTIVES.all())


def _place(objective: Objective) -> tuple[int, int]:
    """Return what sorts objectives by their rows, those without one last."""
    number = objective.row.removeprefix("O")
    return int(number) if number.isdigit() else 1000, objective.order


def _finite(value: float | None) -> float | None:
    return round(value, 4) if value is not None and math.isfinite(value) else None


def _store(rows: Sequence[ObjectiveRow]) -> None:
    machine = hardware()
    about = f"{machine.cpu}, {machine.threads()} of {machine.cores} cores"
    table = ObjectiveTable(tuple(rows), about, desktop.__version__, time.time())
    write_atomically(table_file(), json.dumps(table.as_dict(), ensure_ascii=False, indent=1))
