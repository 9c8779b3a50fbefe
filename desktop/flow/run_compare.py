"""Several runs beside each other: which settings differ, whose loss is lower; it knows no plot and no table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.errors import RequestError
from desktop.engine.job import JobSpec, Training
from desktop.engine.methods import METHODS
from desktop.engine.objectives.base import Measure
from desktop.engine.options import fields_of
from desktop.engine.run_folder import RunFolder
from desktop.flow.amounts import loss, rate
from desktop.flow.measures import written
from desktop.flow.run_view import RunView
from desktop.flow.runs import RunSummary

ABSENT = "\N{EN DASH}"
MOST = 6  # runs in one comparison: as many as there are line colours


@dataclass(frozen=True)
class Difference:
    """One setting over the runs compared.

    Attributes:
        label: what the setting is called in forms.
        values: its value in every run, in order.
        differs: whether they are not all the same.
    """

    label: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """Runs compared.

    Attributes:
        names: what they are called, in order, without what all begin with.
        settings: every setting, those that differ first.
        about: what they share (``same data, 20 validation rows``) or that they do not.
        verdict: whose validation loss is lowest, or whose figure is best where all are judged by the same one, and by
            how much, with what that is worth.
        measure: the figure all of them are judged by; nothing where that is the loss, or not the same for all.
    """

    names: tuple[str, ...]
    settings: tuple[Difference, ...]
    about: str
    verdict: str
    measure: Measure | None = None

    @property
    def different(self) -> tuple[Difference, ...]:
        """The settings that differ."""
        return tuple(setting for setting in self.settings if setting.differs)


def read_view(run: RunFolder) -> RunView:
    """Return everything a run's events tell; takes a while for a long one, so not in the window's thread."""
    view = RunView()
    view.fold(run.events())
    return view


def compare(runs: Sequence[RunSummary], jobs: Sequence[JobSpec | None], views: Sequence[RunView]) -> Comparison:
    """Return what there is to say of ``runs``, given their jobs and what their events tell."""
    measure = _shared_measure(runs)
    return Comparison(
        names=short_names([run.name for run in runs]),
        settings=_differences(jobs),
        about=_about(jobs, views),
        verdict=_verdict(runs, jobs, measure),
        measure=measure,
    )


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without the words all of them begin with: a legend has little room."""
    words = [name.replace("_", "-").split("-") for name in names]
    shared = 0
    while len(names) > 1 and all(len(parts) > shared + 1 and parts[shared] == words[0][shared] for parts in words):
        shared += 1
    return tuple(name[len("-".join(parts[:shared])) :].lstrip("-_") for name, parts in zip(names, words, strict=True))


def settings_of(job: JobSpec) -> dict[str, str]:
    """Return every setting of a job as words, by the label forms give it."""
    values = job.to_mapping(explain=True)
    training: dict[str, Any] = values.get("training", {})
    labels = {field.name: field.label for field in fields_of(Training)}
    told = {
        "Model": _word(job.model),
        "Method": job.method.id,
        **_method_settings(job),
        "Objective": job.objective.id,
        **{_title(name): _word(value) for name, value in job.objective.options.items()},
        "Quantization": job.quantization,
        "Data": ", ".join(Path(source.path).name for source in job.data) or "none",
        "Tokenizer": job.tokenizer.action,
        "Device": job.device,
    }
    return told | {labels.get(name, _title(name)): _word(value) for name, value in training.items()}


def _differences(jobs: Sequence[JobSpec | None]) -> tuple[Difference, ...]:
    told: list[Mapping[str, str]] = [settings_of(job) if job else {} for job in jobs]
    labels = list(dict.fromkeys(label for settings in told for label in settings))
    rows = [tuple(settings.get(label, ABSENT) for settings in told) for label in labels]
    # A setting that one method has and another lacks is told by the method itself, not row by row.
    found = [Difference(label, row, len({*row} - {ABSENT}) > 1) for label, row in zip(labels, rows, strict=True)]
    return tuple(sorted(found, key=lambda difference: not difference.differs))


def _about(jobs: Sequence[JobSpec | None], views: Sequence[RunView]) -> str:
    if not _all_equal([job.data if job else None for job in jobs]):
        return "different data: their losses do not compare"
    if not _same_rows(jobs):
        return "same data, but other rows held out: compare losses with care"
    rows = {view.outline.plan.rows_validation for view in views if view.outline.plan}
    return f"same data, {rows.pop():,} validation rows" if len(rows) == 1 else "same data"


def _same_rows(jobs: Sequence[JobSpec | None]) -> bool:
    """Tell whether the held-out rows of all are the same: same data, same share, same seed."""
    return _all_equal([(job.data, job.training.validation_share, job.training.seed) if job else None for job in jobs])


def _all_equal(values: Sequence[object]) -> bool:
    return all(value == values[0] for value in values)


def _shared_measure(runs: Sequence[RunSummary]) -> Measure | None:
    found = {run.judged.measure if run.judged else None for run in runs}
    measure = found.pop() if len(found) == 1 else None
    return measure if measure is not None and measure.key != "loss" else None


def _best(runs: Sequence[RunSummary], measure: Measure) -> str:
    """Return whose figure is best, of runs that are all judged by it."""
    known = [(run.judged.now, run.name) for run in runs if run.judged is not None and math.isfinite(run.judged.now)]
    known.sort(key=lambda one: one[0], reverse=measure.better == "higher")
    if len(known) < 2:
        return ""
    (first, best), (second, next_best) = known[:2]
    if written(first, measure) == written(second, measure):
        return f"{best} and {next_best} are even: {measure.title} {written(first, measure)}."
    apart = f"{measure.title} {written(first, measure)} against {written(second, measure)}"
    return f"{best} is ahead of {next_best}: {apart}. One run each: another seed may move that."


def _verdict(runs: Sequence[RunSummary], jobs: Sequence[JobSpec | None], measure: Measure | None) -> str:
    if measure is not None:
        return _best(runs, measure) if _same_rows(jobs) else ""
    if not _all_equal([run.objective for run in runs]):
        return ""  # their losses are not of one kind
    known = sorted((run for run in runs if math.isfinite(run.validation)), key=lambda run: run.validation)
    if len(known) < 2 or not _same_rows(jobs):
        return ""
    first, second = known[0], known[1]
    gap = second.validation - first.validation
    if gap < 0.005:
        return f"{first.name} and {second.name} are even: {loss(first.validation)}."
    return f"{first.name} is lower by {loss(gap)} than {second.name}. One run each: another seed may move that."


def _method_settings(job: JobSpec) -> dict[str, str]:
    """Return the method's options by label, those left at their default too."""
    try:
        fields = fields_of(METHODS.get(job.method.id).options)
    except RequestError:
        fields = []
    known = {field.label: _word(job.method.options.get(field.name, field.default)) for field in fields}
    named = {field.name for field in fields}
    return known | {_title(name): _word(value) for name, value in job.method.options.items() if name not in named}


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _word(value: Any) -> str:
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return rate(value) if 0 < abs(value) < 1e-3 else f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_word, value))
    return str(value)
