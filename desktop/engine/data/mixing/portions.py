"""The rows of all data sets of a job, shared out: what is learned from, and what is held out, task by task.

The engine, the workbench and the command line all ask here, so that a row that was held out is held out everywhere. It
knows no model and no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.engine.data.checks.base import policy_of
from desktop.engine.data.checks.leakage import Leakage
from desktop.engine.data.dataset import Imported, open_source
from desktop.engine.data.mixing.lazy_rows import ChosenRows, JoinedRows
from desktop.engine.data.mixing.leaks import joint_groups, leaks, with_their_like
from desktop.engine.data.mixing.mix import Mixed, Share, check_kinds, mixture
from desktop.engine.data.mixing.split import split_sets
from desktop.engine.data.mixing.tasks import task_names
from desktop.engine.data.rows import Row
from desktop.engine.data.source import DataSource, Policy
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from desktop.engine.job import JobSpec


@dataclass(frozen=True)
class Portion:
    """What becomes of the rows of one data set.

    Attributes:
        task: name under which it is measured.
        source: the set, as the job names it.
        imported: its rows, all of them.
        train: places of the rows that are learned from, int64.
        held: places of the rows that are held out, int64.
        leaked: rows that are held out in another set as well.
        kept: whether these are learned from all the same.
    """

    task: str
    source: DataSource
    imported: Imported
    train: NDArray[Any]
    held: NDArray[Any]
    leaked: int = 0
    kept: bool = False


@dataclass(frozen=True)
class Portions:
    """All rows of a job, shared out.

    Attributes:
        sets: what becomes of each set, in the order of the job.
        train: one epoch of rows to learn from.
        held_out: task -> rows that are never learned from, tasks in the order of the job.
        shares: what each set that is learned from gives to an epoch.
    """

    sets: tuple[Portion, ...]
    train: Sequence[Row]
    held_out: dict[str, Sequence[Row]]
    shares: tuple[Share, ...]

    @property
    def validation(self) -> Sequence[Row]:
        """Return all rows that are held out, task by task."""
        return JoinedRows(list(self.held_out.values()))

    @property
    def every(self) -> Sequence[Row]:
        """Return all rows of all sets, each once: those learned from and those held out."""
        import numpy as np

        parts = [ChosenRows(one.imported.rows, np.concatenate([one.train, one.held])) for one in self.sets]
        return parts[0] if len(parts) == 1 else JoinedRows(parts)

    def train_by_task(self) -> dict[str, Sequence[Row]]:
        """Return the same epoch task by task, as often as each row comes in it."""
        learned = [one.task for one in self.sets if one.source.use == "train"]
        if not isinstance(self.train, Mixed):
            return {learned[0]: self.train}
        numbers = {task: [n for n, name in enumerate(learned) if name == task] for task in learned}
        return {task: ChosenRows(self.train, self.train.of(those)) for task, those in numbers.items()}


def portions_of(job: JobSpec, kinds: Collection[str], progress: Callable[[int], None] | None = None) -> Portions:
    """Read the sets of ``job`` and share their rows out.

    Where a set is given for validation, all of it is held out and the others give nothing of theirs. Else each gives
    the job's share, and a row that lies in several sets is on the same side in all of them.

    Raises:
        RequestError: a set is unusable, the sets do not go together, or nothing is left to learn from.
    """
    opened = [open_source(source, kinds, progress) for source in job.data]
    names = [imported.entry.about.title for imported in opened]
    check_kinds(names, [imported.kind for imported in opened])
    if all(source.use == "validation" for source in job.data):
        raise RequestError(
            "no_training_set",
            "Every data set is kept for validation, so there is nothing to learn from.",
            "Set use: train for one of them.",
        )
    made = _given(job, opened) if any(source.use == "validation" for source in job.data) else _shared(job, opened)
    held_out: dict[str, list[Sequence[Row]]] = {}
    for one in made:
        if len(one.held):
            held_out.setdefault(one.task, []).append(ChosenRows(one.imported.rows, one.held))
    train, shares = _epoch(job, [one for one in made if one.source.use == "train"])
    joined = {task: rows[0] if len(rows) == 1 else JoinedRows(rows) for task, rows in held_out.items()}
    return Portions(tuple(made), train, joined, shares)


def _epoch(job: JobSpec, sets: list[Portion]) -> tuple[Sequence[Row], tuple[Share, ...]]:
    rows = [ChosenRows(one.imported.rows, one.train) for one in sets]
    if len(rows) == 1:
        return rows[0], (Share(sets[0].task, len(rows[0]), len(rows[0]), 1.0, 1.0),)
    mixed = mixture(
        [one.task for one in sets], [len(one) for one in rows], [one.source.weight for one in sets], job.mixing,
        job.training.seed,
    )  # fmt: skip
    return Mixed(rows, mixed), mixed.shares


def _shared(job: JobSpec, opened: list[Imported]) -> list[Portion]:
    """Hold out a share of each set."""
    import numpy as np

    keys = [one.rows.keys for one in opened]
    groups = joint_groups(keys, [one.rows.groups for one in opened])
    if len(np.unique(np.concatenate(groups))) < 2:
        # All rows are nearly the same, as a form filled in many times is: then only equal ones are kept together.
        groups = joint_groups(keys, keys)
    sides = split_sets(groups, [one.rows.strata for one in opened], job.training.validation_share, job.training.seed)
    return [
        Portion(task, source, imported, np.asarray(train, np.int64), np.asarray(held, np.int64))
        for task, source, imported, (train, held) in zip(task_names(job.data), job.data, opened, sides, strict=True)
    ]


def _given(job: JobSpec, opened: list[Imported]) -> list[Portion]:
    """Hold out the sets given for validation, and see that none of their rows is learned from."""
    import numpy as np

    held_keys = np.concatenate(
        [one.rows.keys for source, one in zip(job.data, opened, strict=True) if source.use == "validation"]
    )
    none = np.zeros(0, np.int64)
    made = []
    for task, source, imported in zip(task_names(job.data), job.data, opened, strict=True):
        every = np.arange(len(imported.rows))
        if source.use == "validation":
            made.append(Portion(task, source, imported, none, every))
            continue
        leaked = with_their_like(leaks(imported.rows.keys, held_keys), imported.rows.groups)
        policy = _policy(source, job.data)
        if len(leaked) and policy == "stop":
            raise _leak(imported, int(leaked[0]))
        train = every if policy == "keep" else np.delete(every, leaked)
        made.append(Portion(task, source, imported, train, none, len(leaked), policy == "keep"))
    if not any(len(one.train) for one in made):
        raise RequestError(
            "all_leaked",
            "Every row to learn from is in the validation data as well, so nothing is left to learn from.",
            "Choose other validation data, or take it away and let a share be held out.",
        )
    return made


def _policy(source: DataSource, sources: Sequence[DataSource]) -> Policy:
    """Return what becomes of leaks: what the set they are in says, else what a validation set says."""
    said = [source.checks, *(other.checks for other in sources if other.use == "validation")]
    check = Leakage()
    return policy_of(check, next((checks for checks in said if check.id in checks), {}))


def _leak(imported: Imported, place: int) -> RequestError:
    line, row = int(imported.rows.lines[place]), int(imported.rows.numbers[place])
    return RequestError(
        "leakage",
        f"{imported.entry.about.title}, {f'line {line:,}' if line else f'row {row:,}'}: this row is in the validation "
        "data as well, and leakage is set to stop.",
        "Remove it from one of the two, or set leakage to skip: then it is not learned from.",
    )
