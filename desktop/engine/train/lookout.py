"""Looks out for a run that goes wrong without stopping: a loss of zero, divergence, over-fitting; remembers the best.

It knows figures and their steps, neither the trainer nor where anything is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from desktop.engine.objectives.base import LOSS, Measure

ZEROS = 5  # steps in a row with neither loss nor gradient before it is told
ABOVE = 10  # steps in a row far above the lowest loss before it is told
RISES = 2  # evaluations in a row that rise before it is told
_EASE = 0.1  # weight of the newest loss in the smoothed one


@dataclass(frozen=True)
class Sign:
    """Something worth telling: its code, what happened and what it means, and what to do."""

    code: str
    message: str
    hint: str


@dataclass
class Seen:
    """What is remembered from step to step; plain values, so that a checkpoint can hold it.

    Attributes:
        steps: how many losses were seen.
        smoothed: the eased training loss.
        lowest: the lowest it ever was, from the tenth step on.
        zeros: steps in a row with neither loss nor gradient.
        above: steps in a row far above ``lowest``.
        best_step: the step with the best held-out figure, 0 for the model as it was.
        best: that figure.
        stale: evaluations in a row that were no better.
        last_loss: held-out loss of the newest evaluation.
        low_loss: the lowest held-out loss.
        low_step: its step.
        last_step: step of the newest evaluation.
        rises: evaluations in a row with a higher held-out loss and a lower training loss than before.
        eased_then: the eased training loss at the newest evaluation.
        told: codes of what was told, each only once a run.
    """

    steps: int = 0
    smoothed: float = 0.0
    lowest: float | None = None
    zeros: int = 0
    above: int = 0
    best_step: int = 0
    best: float | None = None
    stale: int = 0
    last_loss: float | None = None
    low_loss: float | None = None
    low_step: int = 0
    last_step: int = 0
    rises: int = 0
    eased_then: float | None = None
    told: list[str] = field(default_factory=list)


class Lookout:
    """Follows one run.

    Attributes:
        seen: what it remembers.
    """

    def __init__(self, judged: Measure = LOSS, values: Mapping[str, Any] | None = None) -> None:
        """Judge evaluations by ``judged``; go on from ``values``, as :meth:`carried` returned them."""
        self._judged = judged
        known = {name: value for name, value in (values or {}).items() if name in Seen.__dataclass_fields__}
        self.seen = replace(Seen(), **known)
        self.seen.told = list(self.seen.told)

    def carried(self) -> dict[str, Any]:
        """Return what a checkpoint must hold."""
        return asdict(self.seen)

    def step(self, loss: float, gradient: float) -> list[Sign]:
        """Take in the loss and the gradient norm of the next step."""
        seen = self.seen
        seen.zeros = seen.zeros + 1 if loss == 0.0 and gradient == 0.0 else 0
        found = []
        if seen.zeros >= ZEROS:
            found.append(
                Sign(
                    "zero_loss",
                    f"The loss has been exactly zero for {ZEROS} steps and nothing is learned any more: either no "
                    "token of these rows counts, or the model gives every answer without a fault.",
                    "Stop and look at the rows: is there an answer left in them once they are cut?",
                )
            )
        if not math.isfinite(loss):
            return self._new(found)
        seen.steps += 1
        seen.smoothed += (loss - seen.smoothed) * max(_EASE, 1 / seen.steps)
        if seen.steps >= ABOVE:
            seen.lowest = seen.smoothed if seen.lowest is None else min(seen.lowest, seen.smoothed)
            far = seen.lowest + max(1.0, abs(seen.lowest))
            seen.above = seen.above + 1 if seen.smoothed > far else 0
        if seen.above >= ABOVE:
            found.append(
                Sign(
                    "divergence",
                    f"The training loss diverges: it has been far above its lowest, {seen.lowest:.3g}, for {ABOVE} "
                    f"steps and is {seen.smoothed:.3g} now, so the model gets worse with every step.",
                    "Stop, and start again from an earlier checkpoint or anew with a third of the learning rate.",
                )
            )
        return self._new(found)

    def evaluated(self, step: int, metrics: Mapping[str, float]) -> list[Sign]:
        """Take in the held-out figures after ``step``; the same step again counts once."""
        seen = self.seen
        figure = metrics.get(self._judged.key, metrics["loss"])
        if step and step in (seen.best_step, seen.last_step):
            return []
        seen.last_step = step
        if math.isfinite(figure) and (seen.best is None or self._is_better(figure, seen.best)):
            seen.best, seen.best_step, seen.stale = figure, step, 0
        else:
            seen.stale += 1
        return self._rising(step, metrics["loss"])

    def _rising(self, step: int, loss: float) -> list[Sign]:
        seen = self.seen
        before, eased = seen.last_loss, seen.eased_then
        learns = eased is None or seen.smoothed < eased
        seen.rises = seen.rises + 1 if before is not None and loss > before and learns else 0
        seen.last_loss, seen.eased_then = loss, seen.smoothed if seen.steps else None
        if math.isfinite(loss) and (seen.low_loss is None or loss < seen.low_loss):
            seen.low_loss, seen.low_step = loss, step
        if seen.rises < RISES or seen.low_loss is None:
            return []
        return self._new(
            [
                Sign(
                    "overfitting",
                    f"The held-out loss has risen {RISES} times in a row, to {loss:.3f} from its best, "
                    f"{seen.low_loss:.3f} at step {seen.low_step}, while the training loss still falls: the model "
                    "begins to learn the rows by heart.",
                    "Stop and save, or let it go on; load_best gives the best step's model as the result, early_stop "
                    "ends such a run by itself, and more rows or fewer epochs prevent it.",
                )
            ]
        )

    def _is_better(self, figure: float, best: float) -> bool:
        return figure < best if self._judged.better == "lower" else figure > best

    def _new(self, found: list[Sign]) -> list[Sign]:
        new = [sign for sign in found if sign.code not in self.seen.told]
        self.seen.told += [sign.code for sign in new]
        return new


def best_step(values: Mapping[str, Any]) -> int:
    """Return the best step among ``values``, as :meth:`Lookout.carried` returned them; 0 where there is none."""
    step = values.get("best_step", 0)
    return step if isinstance(step, int) else 0
