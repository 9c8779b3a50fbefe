"""One model of a family as plain data: what made it, what it is judged by, what comes next; it reads no file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

BASE = "base"
DEEPEST = 16
"""How deep a tree goes; the library folds no more adapters into one another, and more is a loop."""

_SHORT = 12  # digits of a fingerprint that people compare


@dataclass(frozen=True)
class Figure:
    """The held-out figure a model is judged by.

    Attributes:
        title: what people read.
        before: of the base; ``None`` where it was not measured.
        after: of the model.
        share: whether it is a share, shown as per cent.
        better: ``lower`` or ``higher``.
    """

    title: str
    before: float | None
    after: float
    share: bool = False
    better: str = "lower"

    @property
    def words(self) -> str:
        """The figure in words: ``Held-out loss 3.21 to 0.24``."""
        after = self._said(self.after)
        return f"{self.title} {after}" if self.before is None else f"{self.title} {self._said(self.before)} to {after}"

    def _said(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.share else f"{value:.3g}"


@dataclass(frozen=True)
class DataFile:
    """A file that was learned from: its name and its SHA-256 in hex."""

    name: str
    digest: str

    @property
    def short(self) -> str:
        """The beginning of the fingerprint, for people to compare."""
        return self.digest[:_SHORT]


@dataclass(frozen=True)
class Making:
    """How a model was made.

    Attributes:
        objective: id of what it learned from.
        objective_title: what people read.
        method: id of what was trained.
        method_title: what people read.
        steps: optimizer steps.
        run: the run that made it.
        data: what it learned from.
        figure: what it is judged by; ``None`` where nothing was measured.
    """

    objective: str
    objective_title: str
    method: str
    method_title: str
    steps: int
    run: str
    data: tuple[DataFile, ...] = ()
    figure: Figure | None = None

    @property
    def words(self) -> str:
        """How it was made, in a line: ``Learning from examples with LoRA, 120 steps``."""
        steps = f", {self.steps:,} step{'' if self.steps == 1 else 's'}" if self.steps else ""
        return f"{self.objective_title} with {self.method_title}{steps}"


@dataclass(frozen=True)
class Kin:
    """One model of a family.

    Attributes:
        ref: what a job says to name it.
        title: what people read.
        role: what it was to the model it stands under: ``base``, or the label of the option that named it.
        there: whether it can be used now.
        problem: why not, in a sentence; empty where it can.
        changed: whether its weights are other ones than when the model it stands under was made; ``None`` where
            nobody can tell.
        again: whether the tree has shown it before; what is further on is shown there.
        made: how it was made; ``None`` for a model that is not ours.
        further: the next models: what it was made from, or in a list of descendants what was made from it.
    """

    ref: str
    title: str
    role: str = ""
    there: bool = True
    problem: str = ""
    changed: bool | None = None
    again: bool = False
    made: Making | None = None
    further: tuple[Kin, ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Kin]]:
        """Yield this model and all further ones in the order of a tree, each with how deep it stands."""
        yield depth, self
        for one in self.further:
            yield from one.walk(depth + 1)

    def as_dict(self) -> dict[str, Any]:
        """Return the plain form that files and programs read."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Any, depth: int = 0) -> Kin | None:
        """Return what :meth:`as_dict` gave; ``None`` for anything else, whatever a stranger's file holds."""
        if not isinstance(values, Mapping) or depth > DEEPEST or not isinstance(values.get("ref"), str):
            return None
        further = values.get("further")
        changed = values.get("changed")
        read = [cls.from_dict(one, depth + 1) for one in (further if isinstance(further, list | tuple) else ())]
        return cls(
            ref=values["ref"],
            title=str(values.get("title") or values["ref"]),
            role=str(values.get("role", "")),
            there=values.get("there") is True,
            problem=str(values.get("problem", "")),
            changed=changed if isinstance(changed, bool) else None,
            again=values.get("again") is True,
            made=_making_from(values.get("made")),
            further=tuple(kin for kin in read if kin is not None),
        )


@dataclass(frozen=True)
class Family:
    """A model with what it came from and what came from it.

    Attributes:
        model: the model; ``further`` holds what it was made from.
        tuned: what was made from it among the models at hand; their ``further`` holds what was made from those.
    """

    model: Kin
    tuned: tuple[Kin, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the plain form that files and programs read."""
        return {"model": self.model.as_dict(), "tuned": [one.as_dict() for one in self.tuned]}


def _making_from(values: Any) -> Making | None:
    if not isinstance(values, Mapping):
        return None
    data, figure = values.get("data"), values.get("figure")
    try:
        return Making(
            **{name: str(values[name]) for name in ("objective", "objective_title", "method", "method_title", "run")},
            steps=int(values["steps"]),
            data=tuple(DataFile(str(one["name"]), str(one["digest"])) for one in data or ()),
            figure=Figure(**figure) if isinstance(figure, dict) else None,
        )
    except (KeyError, TypeError, ValueError):
        return None
