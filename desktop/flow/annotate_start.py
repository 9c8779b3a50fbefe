"""A new preference project before it exists: whose answers, to which questions, how many; it knows no widget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Literal, Protocol, TypeAlias

from desktop.engine.errors import Problem

Against: TypeAlias = Literal["itself", "base"]
MOST_PAIRS = 10_000
STARTER = "starter"


class RunLike(Protocol):
    """What is asked of a run in a list."""

    @property
    def folder(self) -> str:
        """Name of its folder."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def has_model(self) -> bool:
        """Whether there is a result to talk to."""


@dataclass(frozen=True)
class Answerer:
    """A model that can answer.

    Attributes:
        ref: how a job names it.
        title: name on screen.
        run: folder of the run it came from, empty where it is none of ours.
    """

    ref: str
    title: str
    run: str = ""


@dataclass(frozen=True)
class NewProject:
    """What the form says.

    Attributes:
        title: name of the project.
        answerer: whose answers.
        against: two answers of the same model, or its own beside the base's.
        pasted: questions typed in, one a line; empty takes the run's held-out ones.
        pairs: how many pairs.
        guide: what makes an answer good, shown to whoever judges.
    """

    title: str
    answerer: Answerer | None
    against: Against = "itself"
    pasted: str = ""
    pairs: int = 40
    guide: str = ""

    @property
    def from_run(self) -> bool:
        """Whether the questions are the run's held-out ones."""
        return not self.questions and self.answerer is not None and bool(self.answerer.run)

    @property
    def questions(self) -> list[str]:
        """Return the questions typed in."""
        return [line.strip() for line in self.pasted.splitlines() if line.strip()]

    def problems(self) -> list[Problem]:
        """Return why it cannot be made yet."""
        found = []
        if not self.title.strip():
            found.append(Problem("title", "The project needs a name.", "Type one."))
        if self.answerer is None:
            found.append(Problem("answerer", "There is no model to answer.", "Train one first."))
        elif not self.questions and not self.answerer.run:
            found.append(Problem("pasted", "This model has no held-out questions.", "Type some of your own."))
        if not 1 <= self.pairs <= MOST_PAIRS:
            found.append(Problem("pairs", f"Take 1 to {MOST_PAIRS:,} pairs."))
        return found

    def request(self, prompts: list[str], seed: int) -> dict[str, Any]:
        """Return what the workbench is asked so that it makes the pairs.

        Fewer questions than pairs are asked again in turn: every round draws other answers.
        """
        assert self.answerer is not None, "problems() were not looked at"
        names = ["tuned", "base"] if self.against == "base" else []
        return {
            "ref": self.answerer.ref,
            "prompts": list(islice(cycle(prompts), self.pairs)),
            "names": names,
            "sampling": {"temperature": 0.9, "seed": seed},
        }


def answerers(runs: Iterable[RunLike]) -> list[Answerer]:
    """Return the models that can answer: finished runs in the order given, then the starter."""
    found = [Answerer(f"run:{run.folder}", run.name, run.folder) for run in runs if run.has_model]
    return [*found, Answerer(STARTER, "Starter model (untuned)")]


def title_for(answerer: Answerer, taken: Iterable[str]) -> str:
    """Return a name for a project about ``answerer`` that no other has."""
    stem = f"{answerer.title} answers" if answerer.run else "Starter answers"
    known = {title.lower() for title in taken}
    numbered = (stem if number == 1 else f"{stem} {number}" for number in range(1, 10_000))
    return next(title for title in numbered if title.lower() not in known)
