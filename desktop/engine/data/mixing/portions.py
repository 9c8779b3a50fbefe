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
from desktop.engine.data.mixing.tasks import old_tasks, task_names
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
        old: places of the rows of a task the model already knows that are not held out, int64.
        leaked: rows that are held out in another set as well.
        kept: whether these are learned from all the same.
    """

    task: str
    source: DataSource
    imported: Imported
    train: NDArray[Any]
    held: NDArray[Any]
    old: NDArray[Any]
    leaked: int = 0
    kept: bool = False


@dataclass(frozen=True)
class Portions:
    """All rows of a job, shared out.

    Attributes:
        sets: what becomes of each set, in the order of the job.
        train: one epoch of rows to learn from.
        held_out: task -> rows that are never learned from, tasks in the order of the job, old ones last.
        shares: what each set that is learned from gives to an epoch.
        old: rows of tasks the model already knows that are not held out: learned from only by going over them again.
        old_tasks: those of ``held_out`` that the model already knows.
    """

    sets: tuple[Portion, ...]
    train: Sequence[Row]
    held_out: dict[str, Sequence[Row]]
    shares: tuple[Share, ...]
    old: Sequence[Row] = ()
    old_tasks: tuple[str, ...] = ()

    @property
    def validation(self) -> Sequence[Row]:
        """Return all rows that are held out, task by task."""
        return JoinedRows(list(self.held_out.values()))

    @property
    def every(self) -> Sequence[Row]:
        """Return all rows of all sets, each once: those learned from, those held out and those of old tasks."""
        import numpy as np

        parts = [ChosenRows(one.imported.rows, np.concatenate([one.train, one.held, one.old])) for one in self.sets]
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

    Where a set is given for validation, all of it is held out and those that are learned from give nothing of theirs.
    Else each gives the job's share, and a row that lies in several sets is on the same side in all of them. A set of an
    old task always gives its share, and what it gives is never learned from either.

    Raises:
        RequestError: a set is unusable, the sets do not go together, or nothing is left to learn from.
    """
    opened = [open_source(source, kinds, progress) for source in job.data]
    names = [imported.entry.about.title for imported in opened]
    check_kinds(names, [imported.kind for imported in opened])
    if not any(source.use == "train" for source in job.data):
        old = " or of an old task" if any(source.use == "old" for source in job.data) else ""
        raise RequestError(
            "no_training_set",
            f"Every data set is kept for validation{old}, so there is nothing to learn from.",
            "Set use: train for one of them.",
        )
    made = _given(job, opened) if any(source.use == "validation" for source in job.data) else _shared(job, opened)
    held_out: dict[str, list[Sequence[Row]]] = {}
    for one in sorted(made, key=lambda one: one.source.use == "old"):
        if len(one.held):
            held_out.setdefault(one.task, []).append(ChosenRows(one.imported.rows, one.held))
    train, shares = _epoch(job, [one for one in made if one.source.use == "train"])
    joined = {task: rows[0] if len(rows) == 1 else JoinedRows(rows) for task, rows in held_out.items()}
    known = [ChosenRows(one.imported.rows, one.old) for one in made if len(one.old)]
    rest = known[0] if len(known) == 1 else JoinedRows(known)
    return Portions(tuple(made), train, joined, shares, rest, tuple(t for t in old_tasks(job.data) if t in joined))


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
    sides = _sides(job, opened, sorted(range(len(opened)), key=lambda place: job.data[place].use == "old"))
    made = []
    for place, (task, source, imported) in enumerate(zip(task_names(job.data), job.data, opened, strict=True)):
        rest, held = sides[place]
        made.append(_portion(task, source, imported, rest, held))
    return made


def _given(job: JobSpec, opened: list[Imported]) -> list[Portion]:
    """Hold out the sets given for validation and a share of the old tasks; see that none of these is learned from."""
    import numpy as np

    none = np.zeros(0, np.int64)
    old = [place for place, source in enumerate(job.data) if source.use == "old"]
    sides = _sides(job, opened, old) if old else {}
    held = {place: held for place, (_, held) in sides.items()}
    held |= {
        place: np.arange(len(opened[place].rows)) for place, source in enumerate(job.data) if source.use == "validation"
    }
    held_keys = np.concatenate([opened[place].rows.keys[rows] for place, rows in held.items()])
    made = []
    for place, (task, source, imported) in enumerate(zip(task_names(job.data), job.data, opened, strict=True)):
        if source.use == "validation":
            made.append(_portion(task, source, imported, none, held[place]))
            continue
        rest = sides[place][0] if source.use == "old" else np.arange(len(imported.rows))
        leaked = rest[np.isin(rest, with_their_like(leaks(imported.rows.keys, held_keys), imported.rows.groups))]
        policy = _policy(source, job.data)
        if len(leaked) and policy == "stop":
            raise _leak(imported, int(leaked[0]))
        kept = rest if policy == "keep" else np.setdiff1d(rest, leaked)
        made.append(_portion(task, source, imported, kept, held.get(place, none), len(leaked), policy == "keep"))
    if not any(len(one.train) for one in made):
        raise RequestError(
            "all_leaked",
            "Every row to learn from is in the validation data as well, so nothing is left to learn from.",
            "Choose other validation data, or take it away and let a share be held out.",
        )
    return made


def _sides(job: JobSpec, opened: list[Imported], places: Sequence[int]) -> dict[int, tuple[NDArray[Any], NDArray[Any]]]:
    """Return the rows kept and the rows held out of the sets at ``places``, which are settled in that order."""
    import numpy as np

    rows = [opened[place].rows for place in places]
    keys = [one.keys for one in rows]
    groups = joint_groups(keys, [one.groups for one in rows])
    if len(np.unique(np.concatenate(groups))) < 2:
        # All rows are nearly the same, as a form filled in many times is: then only equal ones are kept together.
        groups = joint_groups(keys, keys)
    training = job.training
    sides = split_sets(groups, [one.strata for one in rows], training.validation_share, training.seed)
    return {
        place: (np.asarray(rest, np.int64), np.asarray(held, np.int64))
        for place, (rest, held) in zip(places, sides, strict=True)
    }


def _portion(
    task: str,
    source: DataSource,
    imported: Imported,
    rest: NDArray[Any],
    held: NDArray[Any],
    leaked: int = 0,
    kept: bool = False,
) -> Portion:
    """Return what becomes of a set whose ``rest`` is not held out."""
    none = rest[:0]
    train, old = (none, rest) if source.use == "old" else (rest, none)
    return Portion(task, source, imported, train, held, old, leaked, kept)


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
