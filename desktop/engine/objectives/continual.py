"""Continual fine-tuning: a new task is learned while an old one is held on to; it knows no guard in particular."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.continual import GUARDS
from desktop.engine.continual.base import Strength
from desktop.engine.data.mixing.tasks import old_tasks
from desktop.engine.errors import Problem
from desktop.engine.evaluate.tasks import FORGETTING, OLD_LOSS
from desktop.engine.objectives.base import LOSS, Measure, Prepared, TrainSetup
from desktop.engine.objectives.sft import Sft, SftOptions
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from transformers import Trainer

    from desktop.engine.job import JobSpec
    from desktop.engine.methods.base import ModelFacts


class ContinualOptions(SftOptions):
    """What can be chosen about continual fine-tuning."""

    guard: Literal["none", "l2", "ewc", "replay"] = option(
        "replay",
        label="Hold on by",
        help="Replay learns from old rows again; EWC pulls back the weights that mattered for them, L2 all alike; none "
        "is plain tuning, to compare with.",
    )
    strength: float = option(
        1.0,
        label="Pull",
        help="How hard L2 and EWC pull back: higher forgets less and learns less; with an adapter start at 0.1.",
        ge=0,
        le=1e6,
        typical="0.1 to 10",
    )
    share: float = option(
        0.25,
        label="Old rows",
        help="Part of every epoch that replay draws from the old rows: higher forgets less and takes longer.",
        ge=0.01,
        le=0.9,
        typical="0.1 to 0.5",
    )
    fisher_rows: int = option(
        128,
        label="Rows EWC looks at",
        help="Old rows from which EWC finds out which weights matter; more is surer and takes longer at the start.",
        ge=1,
        le=100_000,
        typical="50 to 500",
        advanced=True,
    )


class Continual(Sft):
    """Learning a new task and keeping an old one."""

    id = "continual"
    title = "Continual fine-tuning"
    summary = "Learns a new task and holds on to an old one; what is forgotten of it is measured before and after."
    explanation = (
        "A model that learns something new loses some of what it could do. You give rows of the new task and rows of "
        "an old one. Replay mixes some old rows in; elastic weight consolidation finds out which weights the old rows "
        "depend on and lets these move least; L2 holds all weights near their start. A share of the old rows is never "
        "learned from: how much the loss on it rises is what was forgotten. With an adapter it is the adapter's "
        "numbers that are held near their start, where the adapter does nothing."
    )
    use_when = "the model can do something that it must still be able to do afterwards, and you have rows of that."
    avoid_when = (
        "there is nothing to keep: plain supervised fine-tuning learns the new rows faster. Where all tasks matter "
        "alike and all rows are at hand, take multi-task fine-tuning."
    )
    paper = (
        "Kirkpatrick et al. 2017, Overcoming catastrophic forgetting in neural networks, equation 3; Li et al. 2018, "
        "Explicit Inductive Bias for Transfer Learning, equation 1; Robins 1995, Catastrophic Forgetting, Rehearsal "
        "and Pseudorehearsal, section 2"
    )
    row = "O12"
    order = 115
    measures = (
        LOSS,
        Measure(FORGETTING, "Forgetting: rise of the loss on the old task"),
        Measure(OLD_LOSS, "Loss on the old task"),
    )
    options: ClassVar[type[Options]] = ContinualOptions

    def problems(self, job: JobSpec, options: Any, facts: ModelFacts | None) -> list[Problem]:
        """Return that the rows of an old task are missing, where they are."""
        if old_tasks(job.data):
            return []
        return [
            Problem(
                "data",
                "continual fine-tuning measures what is forgotten of an old task, and no data set is marked as one.",
                "Add rows of what the model must still be able to do, with use: old (Old task in the data step).",
            )
        ]

    def epoch_rows(self, prepared: Prepared, options: ContinualOptions) -> int:
        """Return the rows of an epoch, replayed ones included."""
        old = len(prepared.old) if prepared.old is not None else 0
        return GUARDS.get(options.guard).epoch_rows(len(prepared.train), old, options.share)

    def copies(self, options: ContinualOptions) -> int:
        """Return those that the guard pulls towards, and what it takes to do so."""
        return GUARDS.get(options.guard).copies

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return the trainer of supervised fine-tuning, made to hold on to the old task."""
        options: ContinualOptions = setup.options
        guard = GUARDS.get(options.guard)
        if guard.learns_old and setup.data.old is None:
            from desktop.engine.errors import RequestError

            raise RequestError(
                "no_old_rows",
                f"{guard.title} learns from rows of the old task, and none is left beside those it is measured on.",
                "Add rows of the old task, or hold on by L2, which needs none.",
            )
        strength = Strength(options.strength, options.share, options.fisher_rows, setup.training.seed)
        made: Trainer = guard.guarded(super().trainer(setup), setup.data.old, strength)
        return made
