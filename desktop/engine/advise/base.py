"""What the adviser is asked and what it answers, as plain data; it knows no rule by which methods are ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from desktop.engine.errors import RequestError
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import Estimate
from desktop.engine.methods.base import ModelFacts


@dataclass(frozen=True)
class Goal:
    """One thing a user wants of the tuned model.

    Attributes:
        id: stable name.
        title: two or three words.
        question: the sentence a user would say.
    """

    id: str
    title: str
    question: str


GOALS: tuple[Goal, ...] = (
    Goal("style", "Style or format", "It should answer in my tone, my format, my words."),
    Goal("domain", "Domain knowledge", "It should know the facts and the language of my field."),
    Goal("language", "New language", "It should speak a language, or read a script, it hardly knows."),
    Goal("tasks", "Many tasks", "One model should do several different tasks."),
    Goal("smallest", "Smallest file", "I keep or send many tuned models, so each must be tiny."),
    Goal("memory", "Least memory", "It must fit this machine, whatever that costs in speed."),
    Goal("quality", "Best quality", "Quality above all; time and memory may cost."),
    Goal("classification", "Classification", "It should sort texts into a few labels."),
)


def goal(id: str) -> Goal:
    """Return one goal; raise :class:`RequestError` where there is none of that name."""
    found = next((one for one in GOALS if one.id == id), None)
    if found is None:
        known = ", ".join(one.id for one in GOALS)
        raise RequestError("unknown_goal", f"There is no goal called {id!r}.", f"Choose one of: {known}.")
    return found


@dataclass(frozen=True)
class Situation:
    """Everything the advice rests on.

    Attributes:
        facts: of the model.
        machine: this one; ``None`` while it is not known, then nothing is said of memory and time.
        goal: id of a goal; empty takes the one that data and model suggest.
        rows: good rows to learn from, 0 while unknown.
        sets: data sets, each a task of its own.
        longest_row: tokens of the longest row, where counted.
        mean_row: tokens of a row on average, where counted.
        tokens_per_second: speed a run with this model reached on this machine, where one was measured.
    """

    facts: ModelFacts
    machine: Hardware | None = None
    goal: str = ""
    rows: int = 0
    sets: int = 1
    longest_row: int | None = None
    mean_row: float | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True)
class Reason:
    """One reason: ``for`` the method, ``against`` it, or just worth knowing (``note``)."""

    tone: Literal["for", "against", "note"]
    text: str


@dataclass(frozen=True)
class Advice:
    """One method as it would be here.

    Attributes:
        id: of the method.
        title: on screen.
        family: short grouping.
        line: the one sentence that matters here.
        place: rank from 1; 0 for what is refused or does not fit.
        score: what the place rests on; higher is better, comparable within one list only.
        trainable: weights that would learn.
        total: weights in all.
        estimate: its memory, ``None`` while the machine is not known.
        seconds: expected training time, ``None`` while rows or machine are not known.
        refusal: why it does not go with the rest, empty where it does.
        cure: what to do about the refusal.
        reasons: why it stands where it stands, the weightiest first.
        adapter: whether the result is a small file beside the model.
        file_mib: size of that file, or of the whole model.
        mergeable: whether it can be folded into the model.
        learning_rate: the rate it would train with.
        job: the job it would be.
        unmergeable: why it cannot be folded into the model, in the sentence the export says; empty where it can.
    """

    id: str
    title: str
    family: str
    line: str
    place: int
    score: float
    trainable: int
    total: int
    estimate: Estimate | None
    seconds: float | None
    refusal: str
    cure: str
    reasons: tuple[Reason, ...]
    adapter: bool
    file_mib: float
    mergeable: bool
    learning_rate: float
    job: JobSpec
    unmergeable: str = ""

    @property
    def usable(self) -> bool:
        """Tell whether the job could run with it, memory aside."""
        return not self.refusal

    @property
    def fits(self) -> bool:
        """Tell whether it is within the memory there is, as far as that is known."""
        return self.estimate is None or self.estimate.verdict != "too_big"

    def as_dict(self) -> dict[str, Any]:
        """Return the form programs read."""
        return {
            "id": self.id,
            "title": self.title,
            "place": self.place,
            "score": round(self.score, 3),
            "line": self.line,
            "reasons": [{"tone": reason.tone, "text": reason.text} for reason in self.reasons],
            "trainable": self.trainable,
            "total": self.total,
            "memory": self.estimate.as_dict() if self.estimate else None,
            "seconds": round(self.seconds, 1) if self.seconds is not None else None,
            "file_mib": round(self.file_mib, 3),
            "learning_rate": self.learning_rate,
            "mergeable": self.mergeable,
            "unmergeable": self.unmergeable,
            "refusal": self.refusal,
            "cure": self.cure,
        }
