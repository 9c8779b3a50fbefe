"""What a job leaves open: the usual values by method and model size, each with its sentence, range and source.

One table for engine, window and book. It knows the registries, and no method or objective in particular beyond what
papers report of them. Values for small models were measured on the starter, which needs higher rates than any large
model: LoRA at the large models' 2e-4 learned none of the sample's style in the time in which 2e-3 learned all of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from desktop.engine.job import JobSpec, Training
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import fields_of

FEWEST_STEPS = 100  # a style needs about that many; fewer leave the loss lower and the answers as they were
MOST_EPOCHS = 10
_STARTER = "measured on the starter"


@dataclass(frozen=True)
class Default:
    """One setting nobody has to make.

    Attributes:
        setting: its path in the job file (``training.learning_rate``).
        label: name on screen.
        value: what is taken.
        sentence: what it does and why this value.
        typical: the range the field uses.
        source: where that comes from.
    """

    setting: str
    label: str
    value: float | int | str
    sentence: str
    typical: str
    source: str


@dataclass(frozen=True)
class ReportedRate:
    """Learning rates a paper used, for models of 100 million weights and more.

    Attributes:
        low: lowest.
        high: highest.
        source: authors, year, place.
    """

    low: float
    high: float
    source: str


REPORTED: dict[str, ReportedRate] = {
    "full": ReportedRate(1e-5, 5e-5, "Devlin et al. 2019, BERT, appendix A.3; Touvron et al. 2023, Llama 2"),
    "lora": ReportedRate(1e-4, 5e-4, "Hu et al. 2021, LoRA, appendix D"),
    "qlora": ReportedRate(1e-4, 2e-4, "Dettmers et al. 2023, QLoRA, appendix B"),
    "adalora": ReportedRate(5e-4, 2.2e-3, "Zhang et al. 2023, AdaLoRA, appendix with the GLUE settings"),
    "ia3": ReportedRate(3e-3, 3e-3, "Liu et al. 2022, Few-Shot Parameter-Efficient Fine-Tuning (T-Few), section 3"),
    "bottleneck": ReportedRate(3e-5, 3e-3, "Houlsby et al. 2019, Parameter-Efficient Transfer Learning, section 3.1"),
    "bitfit": ReportedRate(1e-4, 1e-3, "Ben Zaken et al. 2022, BitFit, appendix A"),
    "prompt": ReportedRate(3e-3, 3e-1, "Lester et al. 2021, Prompt Tuning, section 3 (0.3 with Adafactor)"),
}


def default_learning_rate(job: JobSpec, facts: ModelFacts | None) -> float:
    """Return the learning rate a job without one takes: the method's own, as much of it as the objective bears."""
    usual = METHODS.get(job.method.id).default_learning_rate(facts)
    return usual * OBJECTIVES.get(job.objective.id).learning_rate_scale


def default_epochs(train_rows: int, batch: int) -> float:
    """Return how often rows are seen: three times, and as often as it takes to make enough steps of few rows."""
    usual = Training().epochs
    if train_rows < 1:
        return usual
    steps = math.ceil(train_rows / batch)
    return float(min(MOST_EPOCHS, max(usual, math.ceil(FEWEST_STEPS / steps))))


def defaults(job: JobSpec, facts: ModelFacts | None, train_rows: int = 0) -> tuple[Default, ...]:
    """Return what ``job`` would take where it says nothing, each value with its reason.

    Args:
        job: its method, objective and batch size count.
        facts: of its model, ``None`` while none is chosen.
        train_rows: rows learned from, 0 while unknown.
    """
    training = Training()
    epochs = default_epochs(train_rows, job.training.batch_size)
    found = [_rate(job, facts)]
    rank = _option(job, "rank")
    if rank is not None:
        found.append(rank)
    few = " These rows are few, so they are seen more often." if epochs > training.epochs else ""
    found += [
        Default(
            "training.epochs", "Epochs", epochs,
            f"How often every row is seen: at least {FEWEST_STEPS} steps in all, at most {MOST_EPOCHS} times.{few}",
            "1 to 5; up to 10 for a few hundred rows",
            f"Devlin et al. 2019, BERT, appendix A.3 (2 to 4); {_STARTER}: 38 steps lowered the loss, not the style",
        ),
        Default(
            "training.batch_size", "Batch size", training.batch_size,
            "Rows whose gradients are averaged for one step. What does not fit at once can be accumulated.",
            "8 to 32, accumulation counted", "Dettmers et al. 2023, QLoRA, appendix B (16)",
        ),
        Default(
            "training.warmup", "Warm-up", training.warmup,
            "Share of the steps in which the rate rises: the optimizer's averages mean little in the first ones.",
            "0 to 0.1", "Hu et al. 2021, LoRA, appendix D (0.06)",
        ),
    ]  # fmt: skip
    return tuple(found)


def _rate(job: JobSpec, facts: ModelFacts | None) -> Default:
    method = METHODS.get(job.method.id)
    usual = default_learning_rate(job, facts)
    reported = REPORTED.get(method.id)
    size = "The smaller the model, the higher: this value lies between the starter's and that of large models."
    if reported is None:
        return Default(
            "training.learning_rate", "Learning rate", usual, f"How far the weights move a step. {size}",
            f"{usual / 3:.0e} to {usual * 3:.0e} here", f"{_STARTER}, and {method.paper}",
        )  # fmt: skip
    wide = f"{reported.low:g} to {reported.high:g}" if reported.low < reported.high else f"about {reported.low:g}"
    return Default(
        "training.learning_rate", "Learning rate", usual, f"How far the weights move a step. {size}",
        f"{wide} for large models", f"{reported.source}; {_STARTER}",
    )  # fmt: skip


def _option(job: JobSpec, name: str) -> Default | None:
    method = METHODS.get(job.method.id)
    field = next((field for field in fields_of(method.options) if field.name == name), None)
    if field is None:
        return None
    return Default(f"method.{name}", field.label, field.default, field.help, field.typical, method.paper)
