"""Several data sets of one job: what was found of each, their shares of an epoch, what is still missing; no widget."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.job import DataSource, Mixing
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_findings import DataFound, Findings, SetFound

MIXES = {
    "proportional": "Size, every row once",
    "equal": "Equal shares",
    "temperature": "Size, softened",
    "explicit": "The weights given",
}
STOPS = {"first": "with the first set used up", "last": "with the last set used up"}


@dataclass(frozen=True)
class SetLine:
    """One data set in the list of them.

    Attributes:
        place: its place among the answers' data sets, from 0.
        name: of the file.
        rows: how many good rows, 0 while unknown.
        state: why it cannot be learned from yet, empty where it can.
        use: ``train``, ``validation`` or ``old``.
        weight: as the user gave it.
        task: name under which it is evaluated apart.
        share: of an epoch, ``None`` while unknown or where nothing of it is learned from.
        looked: whether it is the one the step shows.
    """

    place: int
    name: str
    rows: int
    state: str
    use: str
    weight: float
    task: str
    share: float | None
    looked: bool


def name_of_set(source: DataSource) -> str:
    """Return what people call a data set: its file, and how many more there are."""
    name = source.path.removeprefix("hub:") if source.path.startswith("hub:") else Path(source.path).name
    return f"{name} and {len(source.also)} more" if source.also else name


def same_reading(one: DataSource, other: DataSource) -> bool:
    """Tell whether two answers about a data set read the same rows: only weights and names differ."""
    plain = {"weight": 1.0, "task": "", "use": "train"}
    return one.model_copy(update=plain) == other.model_copy(update=plain)


def sets_found(found: Findings, before: Answers, after: Answers) -> Findings:
    """Return the findings that still belong to the data sets of ``after``."""
    known = {place: SetFound(source) for place, source in enumerate(before.data)}
    for other in found.others:
        known |= {place: other for place, one in known.items() if same_reading(one.source, other.source)}
    if before.source is not None:
        looked = SetFound(before.source, found.data, found.data_error)
        known |= {place: looked for place, one in known.items() if one.source == before.source}
    read = [one for one in known.values() if one.error or (one.data and (one.data.kind or one.data.problem))]

    def of(source: DataSource) -> SetFound | None:
        same = next((one for one in read if same_reading(one.source, source)), None)
        if same is None:
            return None
        data = dataclasses.replace(same.data, use=source.use) if same.data else None
        return SetFound(source, data, same.error)

    wanted = after.source
    others = tuple(kept for source in after.data if source != wanted and (kept := of(source)) is not None)
    if wanted is not None and before.source is not None and same_reading(wanted, before.source):
        data = dataclasses.replace(found.data, use=wanted.use) if found.data else None
        return dataclasses.replace(found, data=data, others=others)
    now = of(wanted) if wanted is not None else None
    if now is not None:
        return dataclasses.replace(
            found, data=now.data, data_error=now.error, others=others, lengths=None, tokenizer=None
        )
    # The columns of the same file stay in sight while they are read again with another mapping.
    same_file = wanted is not None and before.source is not None and wanted.paths == before.source.paths
    kept_data = dataclasses.replace(found.data, problem=None, kind="") if found.data and same_file else None
    return dataclasses.replace(found, data=kept_data, data_error=None, others=others, lengths=None, tokenizer=None)


def unread(answers: Answers, findings: Findings) -> DataSource | None:
    """Return the next data set, beside the one looked at, of which nothing is known yet."""
    known = [other.source for other in findings.others]
    return next((source for source in answers.data if source != answers.source and source not in known), None)


def sets_blocked(answers: Answers, findings: Findings) -> str:
    """Return why the data sets beside the one looked at cannot be used yet, in a sentence; empty where they can."""
    if answers.data and not any(source.use == "train" for source in answers.data):
        old = " or of an old task" if any(source.use == "old" for source in answers.data) else ""
        return f"Every data set is kept for validation{old}. Let one be learned from."
    for line in set_lines(answers, findings):
        if line.state:
            return f"{line.name}: {line.state}"
    return ""


def set_lines(answers: Answers, findings: Findings) -> list[SetLine]:
    """Return one line for each data set, in their order."""
    found = [_found(source, answers, findings) for source in answers.data]
    kind = next((one.data.kind for one in found if one.data and one.data.kind), "")
    sizes = [one.data.rows if one.data and one.data.kind and one.source.use == "train" else 0 for one in found]
    shares = epoch_shares(sizes, [source.weight for source in answers.data], answers.mixing)
    return [
        SetLine(
            place=place,
            name=name_of_set(one.source),
            rows=one.data.rows if one.data else 0,
            state=_state(one, kind),
            use=one.source.use,
            weight=one.source.weight,
            task=one.source.task,
            share=shares[place] if sizes[place] else None,
            looked=one.source == answers.source,
        )
        for place, one in enumerate(found)
    ]


def epoch_shares(rows: Sequence[int], weights: Sequence[float], mixing: Mixing) -> list[float]:
    """Return which share of an epoch each set of so many ``rows`` makes up; a set without rows has none."""
    if mixing.strategy == "equal":
        parts = [1.0 if number else 0.0 for number in rows]
    elif mixing.strategy == "temperature":
        parts = [number ** (1 / mixing.temperature) if number else 0.0 for number in rows]
    elif mixing.strategy == "explicit":
        parts = [weight if number else 0.0 for number, weight in zip(rows, weights, strict=True)]
    else:
        parts = [float(number) for number in rows]
    whole = sum(parts)
    return [part / whole if whole else 0.0 for part in parts]


def _found(source: DataSource, answers: Answers, findings: Findings) -> SetFound:
    if source == answers.source:
        return SetFound(source, findings.data, findings.data_error)
    return next((other for other in findings.others if other.source == source), SetFound(source))


def _state(found: SetFound, kind: str) -> str:
    data: DataFound | None = found.data
    if found.error is not None:
        return found.error.message
    if data is None:
        return "It is being read."
    if data.problem is not None:
        unmapped = data.problem.code == "needs_mapping"
        return "Say what its columns hold: look at it." if unmapped else data.problem.message
    if not data.kind:
        return "It is being read."
    if kind and data.kind != kind:
        return "Its rows are of another kind than those of the first set."
    return "" if data.rows else "It holds no good row."


def share_said(line: SetLine) -> str:
    """Return which share of an epoch a data set makes up."""
    if line.use != "train":
        return "held out" if line.use == "validation" else "measured for forgetting"
    return f"{100 * line.share:.0f} % of an epoch" if line.share is not None else ""
