"""The rows of a run: shared out, told of, and tokenised with each task's held-out rows apart; it knows no model."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.data.mixing.portions import Portions, portions_of
from desktop.engine.errors import RequestError
from desktop.engine.evaluate.rightness import common_point
from desktop.engine.objectives.base import Objective, Prepared
from desktop.engine.train.emitter import Emitter
from desktop.engine.train.sampling import Asked

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import JobSpec, Training

_OFTEN = 10
"""How often a row may be seen in an epoch before that is worth a warning: it will be learned by heart."""
_MOST_PROMPTS = 4


@dataclass(frozen=True)
class Tokenised:
    """What the trainer gets.

    Attributes:
        prepared: the rows as tokens.
        tasks: name -> places of its rows among the held-out ones.
        old: those of them that the model already knows.
    """

    prepared: Prepared
    tasks: dict[str, range]
    old: tuple[str, ...] = ()


def shared_out(job: JobSpec, objective: Objective, emitter: Emitter, told: Callable[[str, int], None]) -> Portions:
    """Read all sets of ``job``, share their rows out, and tell of what was left out."""
    portions = portions_of(job, objective.rows, lambda done: told("rows imported", done))
    _tell_bad(portions, emitter)
    _tell_leaks(portions, emitter)
    if len(portions.sets) > 1:
        _tell_mixture(portions, emitter)
    return portions


def tokenised(
    portions: Portions,
    objective: Objective,
    tokenizer: PreTrainedTokenizerBase,
    options: Any,
    training: Training,
    told: Callable[[str, int, int], None],
    staging: Path,
    *,
    by_task: bool = False,
) -> Tokenised:
    """Turn rows into tokens; the held-out rows of each task lie together, none packed with those of another.

    Large sets are kept in files in ``staging``. With ``by_task`` every row brings the number of its task, in a column
    ``task_ids``; rows of a task that is only held out, or old, count as the first.
    """

    def prepare(train: Sequence[Row], held: Sequence[Row]) -> Prepared:
        return objective.prepare(train, held, tokenizer, options, training, told, staging)

    made = _tokenised_by_task(portions, prepare) if by_task else _tokenised(portions, prepare)
    old = tuple(task for task in portions.old_tasks if task in made.tasks)
    if len(portions.old):
        known = prepare(portions.old, [])
        rows = _numbered([known.train], [0]) if by_task else known.train
        prepared = dataclasses.replace(_added(made.prepared, known), old=rows if len(rows) else None)
        made = dataclasses.replace(made, prepared=prepared)
    return dataclasses.replace(made, old=old)


def _tokenised(portions: Portions, prepare: Callable[[Sequence[Row], Sequence[Row]], Prepared]) -> Tokenised:
    names = list(portions.held_out)
    held_out = list(portions.held_out.values())
    prepared = prepare(portions.train, held_out[0])
    if len(names) == 1:
        return Tokenised(prepared, {names[0]: range(len(prepared.validation))})
    from datasets import concatenate_datasets

    parts = [prepared.validation]
    for rows in held_out[1:]:
        more = prepare([], rows)
        parts.append(more.validation)
        prepared = _added(prepared, more)
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    tasks = {name: range(ends[i], ends[i + 1]) for i, name in enumerate(names) if ends[i + 1] > ends[i]}
    whole = concatenate_datasets([part for part in parts if len(part)] or parts[:1])
    return Tokenised(dataclasses.replace(prepared, validation=whole), tasks)


def _tokenised_by_task(portions: Portions, prepare: Callable[[Sequence[Row], Sequence[Row]], Prepared]) -> Tokenised:
    learned = portions.train_by_task()
    names = list(dict.fromkeys([*learned, *portions.held_out]))
    made = [prepare(learned.get(name, []), portions.held_out.get(name, [])) for name in names]
    numbers = [list(learned).index(name) if name in learned else 0 for name in names]
    whole = functools.reduce(_added, made)
    train = _numbered([one.train for one in made], numbers)
    held_out = _numbered([one.validation for one in made], numbers)
    ends = list(itertools.accumulate((len(one.validation) for one in made), initial=0))
    tasks = {name: range(ends[i], ends[i + 1]) for i, name in enumerate(names) if ends[i + 1] > ends[i]}
    tokens = sum(one.tokens for one in made)
    return Tokenised(dataclasses.replace(whole, train=train, validation=held_out, tokens=tokens), tasks)


def _numbered(parts: list[Dataset], numbers: list[int]) -> Dataset:
    import numpy as np
    from datasets import concatenate_datasets

    marked: list[Any] = [
        rows.add_column("task_ids", np.full(len(rows), number, np.int64))
        for rows, number in zip(parts, numbers, strict=True)
    ]
    return concatenate_datasets([rows for rows in marked if len(rows)] or marked[:1])


def prompts_of_tasks(portions: Portions, objective: Objective, count: int) -> list[Asked]:
    """Return held-out conversations to answer in mid-run: ``count`` of a single task, one of each of several."""
    learned = list(portions.train_by_task())
    each = count if len(portions.held_out) == 1 else 1
    found = [
        Asked(prompt, learned.index(name) if name in learned else 0, _point(prompt, rows))
        for name, rows in portions.held_out.items()
        for prompt in objective.prompts(rows, each)
    ]
    return found[: max(count, _MOST_PROMPTS)]


def _point(prompt: list[Message], rows: Sequence[Row]) -> tuple[str, ...]:
    """Return what both answers of the pair that asks ``prompt`` say; empty where the rows are no pairs."""
    if not len(rows) or "chosen" not in rows[0]:
        return ()
    row = next(row for row in rows if row["prompt"] == prompt)  # among the first: that is where prompts come from
    return common_point(row["chosen"][-1]["content"], row["rejected"][-1]["content"])


def figures(portions: Portions) -> dict[str, dict[str, float]]:
    """Return what is planned for each set, for the plan's event: rows to learn from, held out, seen in an epoch."""
    shares = {id(one): share for one, share in zip(_learned(portions), portions.shares, strict=True)}
    found: dict[str, dict[str, float]] = {}
    for one in portions.sets:
        share = shares.get(id(one))
        mine = found.setdefault(one.task, {"train": 0, "validation": 0, "drawn": 0, "leaked": 0})
        if one.source.use == "old":
            mine["old"] = mine.get("old", 0) + len(one.old)
        mine["train"] += len(one.train)
        mine["validation"] += len(one.held)
        mine["drawn"] += share.drawn if share else 0
        mine["leaked"] += one.leaked
    return found


def check_left(emitter: Emitter, prepared: Prepared, longest: int, new: int | None = None) -> None:
    """Tell of rows that were cut or left out; raise :class:`RequestError` where none is left on one side.

    ``new`` is how many held-out rows are of tasks the model does not know, all where it is not given.
    """
    if prepared.cut:
        emitter.notice(
            "info",
            "rows_cut",
            f"{prepared.cut} rows are longer than {longest} tokens and were cut there.",
            "Raise the longest row if the ends matter; it costs memory.",
        )
    if prepared.split:
        emitter.notice(
            "info",
            "rows_split",
            f"{prepared.split} rows are longer than {longest} tokens and were cut into several, nothing of them lost.",
        )
    for reason, count in prepared.dropped.items():
        emitter.notice(
            "warning",
            "rows_dropped",
            f"{count} rows were left out: {reason}.",
            "Raise the longest row, or shorten the questions." if reason == "answer cut off" else "",
        )
    for remark in prepared.remarks:
        emitter.notice("warning", "rows", remark)
    if not len(prepared.train) or not (len(prepared.validation) if new is None else new):
        side = "validation" if len(prepared.train) else "training"
        raise RequestError(
            "nothing_left",
            f"No row is left for {side}: " + (", ".join(prepared.dropped) or "there are too few") + ".",
            "Raise the longest row, or add rows.",
        )


def _learned(portions: Portions) -> list[Any]:
    return [one for one in portions.sets if one.source.use == "train"]


def _tell_bad(portions: Portions, emitter: Emitter) -> None:
    for one in portions.sets:
        bad = one.imported.bad
        if not bad:
            continue
        where = f"line {bad[0].line}" if bad[0].line else f"row {bad[0].row}"
        emitter.notice(
            "warning",
            "bad_rows",
            f"{len(bad)} of {one.imported.total} rows of the data were left out; the first, {where}: {bad[0].reason}.",
            "Look at them in the Data step, or correct the file.",
        )


def _tell_leaks(portions: Portions, emitter: Emitter) -> None:
    for one in portions.sets:
        if not one.leaked:
            continue
        rows = "1 row" if one.leaked == 1 else f"{one.leaked:,} rows"
        if one.kept:
            emitter.notice(
                "warning",
                "leakage",
                f"{rows} of {one.task} are in the validation data as well and are learned from all the same, as asked: "
                "the held-out loss looks better than it is.",
                "Set leakage to skip to leave them out of the training.",
            )
        else:
            emitter.notice(
                "info",
                "leakage",
                f"{rows} of {one.task} are in the validation data as well, so they are not learned from.",
            )


def _tell_mixture(portions: Portions, emitter: Emitter) -> None:
    total = sum(share.drawn for share in portions.shares)
    parts = [f"{share.task} {share.drawn:,} ({share.share:.0%}{_times(share.times)})" for share in portions.shares]
    held = [f"{task} {len(rows):,}" for task, rows in portions.held_out.items()]
    known = [
        f" {one.task} is a task the model knows: measured for forgetting." for one in portions.sets if len(one.old)
    ]
    told = f"An epoch has {total:,} rows: {', '.join(parts)}. Held out: {', '.join(held)}.{''.join(known)}"
    emitter.notice("info", "mixture", told)
    for share in portions.shares:
        if share.times > _OFTEN:
            emitter.notice(
                "warning",
                "seen_often",
                f"Each row of {share.task} is seen about {share.times:,.0f} times an epoch, so the model may learn "
                "these rows by heart.",
                "Give the set less weight, or let an epoch end with the first set.",
            )


def _times(times: float) -> str:
    if times == 1:
        return ", each row once"
    return f", each row {times:.1f} times" if times > 1 else f", {times:.0%} of its rows" if times else ""


def _added(one: Prepared, other: Prepared) -> Prepared:
    """Return ``one`` with what was counted of ``other``; the rows themselves are put together elsewhere."""
    dropped = dict(one.dropped)
    for reason, count in other.dropped.items():
        dropped[reason] = dropped.get(reason, 0) + count
    return dataclasses.replace(one, dropped=dropped, cut=one.cut + other.cut, split=one.split + other.split)
