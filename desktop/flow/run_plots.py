"""Which of a run's own figures are plotted, in which order and under which words; it knows series and no plot.

Colours keep their meaning: what steps measured is blue, what the held-out rows say vermilion with hollow circles. Where
several figures share a plot, each has a colour and a shape of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from desktop.engine.evaluate.tasks import FORGETTING, OLD_LOSS
from desktop.engine.objectives.base import Measure
from desktop.flow.measures import measure_for, measures_of, written
from desktop.flow.metrics import Curves, Series

MOST_LINES = 5  # as many as have a colour and a shape that can be told apart
_FIRST = ("reward", "kl")  # what is learned from rewards is read by these two together
_THEN = ("entropy", "clip_fraction", "value_loss", OLD_LOSS, FORGETTING, "clean_endings", "distinct")
_NOT_PLOTTED = ("tokens", "runtime", "samples_per_second", "steps_per_second", "epoch", "model_preparation_time",
                "answer_tokens", "spoken")  # fmt: skip


@dataclass(frozen=True)
class PlotLine:
    """One line.

    Attributes:
        id: names it within its plot.
        label: its word in the legend.
        held_out: whether it was measured on held-out rows.
        place: its place among figures that share a plot; -1 where one figure has the plot to itself.
        series: the numbers.
    """

    id: str
    label: str
    held_out: bool
    place: int
    series: Series


@dataclass(frozen=True)
class OwnPlot:
    """One plot over the steps.

    Attributes:
        keys: the figures it shows, or has left out as one too many.
        title: what people read.
        measure: how its numbers are written.
        lines: what it shows, each with at least one number.
    """

    keys: tuple[str, ...]
    title: str
    measure: Measure
    lines: tuple[PlotLine, ...]

    @property
    def sentence(self) -> str:
        """What it shows, for whoever cannot see it."""
        return ", ".join(f"{line.label} {written(line.series.last(), self.measure)}" for line in self.lines)


# Figures that say most beside each other: the title of their plot, and the keys with their words.
_TOGETHER = (
    ("Rewards of both answers", (
        ("chosen_reward", "better"), ("reward_chosen", "better"),
        ("rejected_reward", "worse"), ("reward_rejected", "worse"))),
    ("Log-likelihood a token", (
        ("chosen_log_likelihood", "better answer"), ("rejected_log_likelihood", "worse answer"))),
    ("ROUGE", (("rouge1", "ROUGE-1"), ("rouge2", "ROUGE-2"), ("rougeL", "ROUGE-L"))),
    ("Sample answers", (("clean_endings", "that end"), ("distinct", "no repeats"))),
)  # fmt: skip


def own_plots(curves: Curves, objective: str) -> list[OwnPlot]:
    """Return the plots of what a run carries beside its loss, the figures it is judged by first.

    Args:
        curves: the run's numbers.
        objective: id of what it learns from.
    """
    keys = {name for name in (*curves.extra, *curves.held_out) if _is_plotted(name) and _lines(curves, name)}
    found: list[OwnPlot] = []
    for key in sorted(keys, key=lambda key: (order_of(key, objective), key)):
        if any(key in plot.keys for plot in found):
            continue
        plot = _together(curves, key, keys, objective) or OwnPlot(
            (key,), measure_for(key, objective).title, measure_for(key, objective), _lines(curves, key)
        )
        found.append(plot)
    return found


def _is_plotted(name: str) -> bool:
    return name not in _NOT_PLOTTED and not name.endswith("_deviation")


def order_of(key: str, objective: str) -> int:
    """Return the place of a figure among others: what the objective is judged by comes first."""
    judged = [measure.key for measure in measures_of(objective)]
    name = key.partition("/")[0]
    for place, order in enumerate((_FIRST if "reward" in judged else (), judged, _FIRST, _THEN)):
        if name in order:
            return 100 * place + 2 * order.index(name) + (key != name)
    return 1000


def _lines(curves: Curves, key: str) -> tuple[PlotLine, ...]:
    """Return the lines of one figure: as steps and as held-out rows have it."""
    both = (("training", False, curves.extra.get(key)), ("held out", True, curves.held_out.get(key)))
    return tuple(
        PlotLine(label, label, held_out, -1, series)
        for label, held_out, series in both
        if series is not None and any(map(math.isfinite, series.values))
    )


def _together(curves: Curves, key: str, keys: set[str], objective: str) -> OwnPlot | None:
    """Return the plot in which ``key`` stands beside its like: tasks beside tasks, answers beside answers."""
    name, _, task = key.partition("/")
    if task:
        mine = sorted(other for other in keys if other.startswith(f"{name}/"))
        title = f"{'Loss' if name == 'loss' else measure_for(name, objective).title} by task"
        pairs = [(other, other.partition("/")[2]) for other in mine]
    else:
        known = next(((title, words) for title, words in _TOGETHER if key in dict(words)), None)
        if known is None:
            return None
        title, pairs = known[0], [(other, label) for other, label in known[1] if other in keys]
    if len(pairs) < 2:
        return None
    lines = []
    for place, (other, label) in enumerate(pairs[:MOST_LINES]):
        line = _lines(curves, other)[-1]  # held out where it was measured there: fewer points, less noise
        lines.append(PlotLine(other, label, line.held_out, place, line.series))
    # Those beyond the most have no plot of their own: the table of numbers has them all.
    return OwnPlot(tuple(other for other, _ in pairs), title, measure_for(key, objective), tuple(lines))
