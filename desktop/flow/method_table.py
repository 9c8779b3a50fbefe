"""Every method tried once on the starter models: what trained, memory, time, held-out loss; it draws nothing.

Each trial is a real run in an engine of its own, in a folder that goes away; only the table is kept.
"""

from __future__ import annotations

import json
import math
import os
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
from desktop.engine.errors import UserError
from desktop.engine.events import Planned
from desktop.engine.hardware import hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.run_folder import RunFolder
from desktop.flow.trial import run_trial

SCHEMA = 1
STEPS = 40
FILE = "methods-table.json"

# Model, objective and samples a method is tried with: the first trial it does not refuse, so that all can be tried.
_TRIALS = (
    ("starter", "sft", ("bakery.jsonl",)),
    ("starter", "sft", ("bakery.jsonl", "strange_columns.csv")),
    ("starter-encoder", "mlm", ("handbook.txt",)),
    ("starter-seq2seq", "seq2seq", ("polite.jsonl",)),
)


@dataclass(frozen=True)
class MethodRow:
    """One method as it did.

    Attributes:
        method: id.
        title: on screen.
        row: its row in the table of methods (``M4``), empty where it has none.
        model: which starter it was tried on, empty where it was refused.
        trainable: weights that learned.
        total: weights in all.
        predicted_mib: memory as estimated before.
        measured_mib: memory as measured.
        seconds: time of the training steps.
        steps: optimizer steps.
        learning_rate: its default for the model.
        loss_before: held-out loss before.
        loss_after: held-out loss after.
        refusal: why it was not tried, or how the trial failed, in a sentence; empty where it ran.
    """

    method: str
    title: str
    row: str = ""
    model: str = ""
    trainable: int = 0
    total: int = 0
    predicted_mib: float = 0.0
    measured_mib: float = 0.0
    seconds: float = 0.0
    steps: int = 0
    learning_rate: float = 0.0
    loss_before: float | None = None
    loss_after: float | None = None
    refusal: str = ""

    @property
    def learned(self) -> bool:
        """Tell whether the held-out loss fell."""
        return self.loss_before is not None and self.loss_after is not None and self.loss_after < self.loss_before


@dataclass(frozen=True)
class MethodTable:
    """The methods side by side.

    Attributes:
        rows: one a method, in the registry's order.
        machine: what it was measured on, in words.
        version: of Fettle.
        made: when, seconds since the epoch.
    """

    rows: tuple[MethodRow, ...]
    machine: str
    version: str
    made: float

    def as_dict(self) -> dict[str, Any]:
        """Return the form that is stored and that programs read."""
        return {"schema": SCHEMA, **asdict(self), "rows": [asdict(row) for row in self.rows]}


def table_file() -> Path:
    """Return where the table of this workspace lies."""
    return paths.workspace() / FILE


def stored_table() -> MethodTable | None:
    """Return the table of this workspace, ``None`` where there is none that can be read."""
    try:
        values = json.loads(table_file().read_text(encoding="utf-8"))
        if values.pop("schema") != SCHEMA:
            return None
        rows = tuple(MethodRow(**row) for row in values.pop("rows"))
        return MethodTable(rows=rows, **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def make_table(
    methods: Sequence[str] = (), steps: int = STEPS, begun: Callable[[str, int, int], None] = lambda *_: None
) -> Iterator[MethodRow]:
    """Try every method and yield its row; the table in the workspace grows with each.

    Args:
        methods: ids of those to try, all where empty; rows of others stay in the table as they were.
        steps: optimizer steps of a trial.
        begun: called with a method's title, its place from 1, and how many there are.
    """
    wanted = [METHODS.get(id) for id in methods] or METHODS.all()
    before = stored_table()
    rows = {row.method: row for row in before.rows} if before is not None else {}
    for place, method in enumerate(wanted, start=1):
        begun(method.title, place, len(wanted))
        rows[method.id] = _tried(method.id, steps)
        _store([rows[known.id] for known in METHODS.all() if known.id in rows])
        yield rows[method.id]


def job_for(method: str, steps: int = STEPS) -> tuple[JobSpec | None, str]:
    """Return the job a method is tried with, or why there is none."""
    refusal = ""
    for model, objective, samples in _TRIALS:
        job = JobSpec.from_mapping(
            {
                "name": method, "model": model, "objective": objective, "method": method, "device": "cpu",
                "data": [{"path": str(paths.samples() / name)} for name in samples],
                "training": {
                    "max_steps": steps, "batch_size": 8, "max_length": 128, "seed": 7, "evaluate_every": steps + 1,
                    "save_every": steps + 1,
                },
            }
        )  # fmt: skip
        against = next((problem for problem in problems(job) if problem.severity == "error"), None)
        if against is None:
            return job, ""
        refusal = refusal or f"{against.message} {against.fix}".strip()
    return None, refusal


def _tried(method: str, steps: int) -> MethodRow:
    about = METHODS.get(method)
    job, refusal = job_for(method, steps)
    if job is None:
        return MethodRow(method, about.title, about.row, refusal=refusal)
    folder = Path(tempfile.mkdtemp(prefix="fettle-methods-"))
    try:
        return _run(RunFolder.create(folder, job), job)
    except UserError as error:
        return MethodRow(method, about.title, about.row, job.model, refusal=f"{error.message} {error.hint}".strip())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(run: RunFolder, job: JobSpec) -> MethodRow:
    finished = run_trial(run)
    planned = next(event for event in run.events() if isinstance(event, Planned))
    about = METHODS.get(job.method.id)
    return MethodRow(
        method=about.id,
        title=about.title,
        row=about.row,
        model=job.model,
        trainable=planned.trainable,
        total=planned.parameters,
        predicted_mib=round(planned.predicted_mib, 1),
        measured_mib=round(finished.peak_mib, 1),
        seconds=round(finished.seconds, 1),
        steps=finished.step,
        learning_rate=planned.learning_rate,
        loss_before=_finite(finished.metrics.get("before", {}).get("loss")),
        loss_after=_finite(finished.metrics.get("after", {}).get("loss")),
    )


def _finite(value: float | None) -> float | None:
    return round(value, 4) if value is not None and math.isfinite(value) else None


def _store(rows: Sequence[MethodRow]) -> None:
    machine = hardware()
    table = MethodTable(
        tuple(rows), f"{machine.cpu}, {machine.threads()} of {machine.cores} cores", desktop.__version__, time.time()
    )
    staged = table_file().with_suffix(".part")
    staged.write_text(json.dumps(table.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(staged, table_file())
