"""What was found on the held-out rows beyond figures, read from a model's folder; whatever is damaged is left out.

The file is written by the objective when a run ends. It may come from another version or another hand, so nothing in it
is trusted: a part that does not hold together is not shown, and the others are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from desktop.engine.models.library import EVALUATION_FILE

MOST_LABELS = 200
MOST_ROWS = 200
LONGEST = 2000  # characters of a text
_LARGEST_FILE = 16 * 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True)
class ConfusionTable:
    """Which label was said of rows of which label.

    Attributes:
        labels: names, in the order of rows and columns.
        counts: ``counts[truth][said]`` is a number of rows.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def share(self, truth: int, said: int) -> float:
        """Return the share of the rows of one label of which another was said, 0 where it has no rows."""
        rows = sum(self.counts[truth])
        return self.counts[truth][said] / rows if rows else 0.0

    @property
    def sentence(self) -> str:
        """The matrix in a sentence: how many are right, and what is mixed up most."""
        rows = sum(map(sum, self.counts))
        right = sum(self.counts[place][place] for place in range(len(self.labels)))
        wrong = [
            (count, truth, said)
            for truth, row in enumerate(self.counts)
            for said, count in enumerate(row)
            if count and truth != said
        ]
        if not rows:
            return "No row was held out."
        if not wrong:
            return f"All {rows:,} held-out rows were told rightly."
        count, truth, said = max(wrong, key=lambda found: found[0])
        return (
            f"{right:,} of {rows:,} held-out rows were told rightly. Mixed up most: {self.labels[truth]} taken for "
            f"{self.labels[said]}, {count:,} time{'' if count == 1 else 's'}."
        )


@dataclass(frozen=True)
class LabelRow:
    """How well one label was told; shares from 0 to 1."""

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class Mistake:
    """A row whose label was told wrongly: its text, both labels, and how sure the model was of the wrong one."""

    text: str
    truth: str
    said: str
    probability: float


@dataclass(frozen=True)
class Output:
    """A held-out source, what was wanted and what is written now."""

    source: str
    target: str
    said: str

    @property
    def same(self) -> bool:
        """Whether it is written as wanted, to the letter."""
        return self.said.strip() == self.target.strip()


@dataclass(frozen=True)
class RatedPair:
    """A question with two answers and the reward of each."""

    prompt: str
    chosen: str
    rejected: str
    reward_chosen: float
    reward_rejected: float


@dataclass(frozen=True)
class Findings:
    """Everything that can be shown; what there is none of is empty.

    Attributes:
        confusion: which labels are mixed up.
        labels: each label's figures.
        mistakes: wrongly told rows, those the model was surest of first.
        outputs: sample outputs.
        spread: mean, deviation, lowest and highest reward, by name.
        surest: pairs told apart most surely and rightly.
        wrong: pairs told apart most surely and wrongly.
    """

    confusion: ConfusionTable | None = None
    labels: tuple[LabelRow, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    outputs: tuple[Output, ...] = ()
    spread: tuple[tuple[str, float], ...] = ()
    surest: tuple[RatedPair, ...] = ()
    wrong: tuple[RatedPair, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self == Findings()


def read_findings(model: Path) -> Findings | None:
    """Return what lies beside the model in this folder; nothing where nothing in it can be shown."""
    file = model / EVALUATION_FILE
    try:
        if file.stat().st_size > _LARGEST_FILE:
            return None
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    found = findings_from(values)
    return None if found.is_empty else found


def findings_from(values: dict[str, Any]) -> Findings:
    """Return what of ``values`` holds together."""
    rewards = values.get("rewards")
    wrong = values.get("mistakes")
    return Findings(
        confusion=_confusion(values),
        labels=_rows(values.get("per_label"), _label, MOST_LABELS),
        mistakes=_rows(wrong, _mistake),
        outputs=_rows(values.get("outputs"), lambda row: Output(*_texts(row, "source", "target", "said"))),
        spread=tuple(_spread(rewards)) if isinstance(rewards, dict) else (),
        surest=_rows(values.get("surest"), _pair),
        wrong=_rows(wrong, _pair),
    )


def _confusion(values: dict[str, Any]) -> ConfusionTable | None:
    labels, counts = values.get("labels"), values.get("confusion")
    if not isinstance(labels, list) or not isinstance(counts, list) or not 0 < len(labels) <= MOST_LABELS:
        return None
    size = len(labels)
    if len(counts) != size or not all(isinstance(row, list) and len(row) == size for row in counts):
        return None
    if not all(type(count) is int and count >= 0 for row in counts for count in row):
        return None
    return ConfusionTable(tuple(str(label)[:LONGEST] for label in labels), tuple(tuple(row) for row in counts))


def _rows(values: Any, make: Callable[[dict[str, Any]], T], most: int = MOST_ROWS) -> tuple[T, ...]:
    """Return the rows that can be made of a list, at most so many; those that cannot are passed over."""
    return tuple(_made(values[:most], make)) if isinstance(values, list) else ()


def _made(values: Iterable[Any], make: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    for row in values:
        if isinstance(row, dict):
            try:
                yield make(row)
            except (KeyError, TypeError, ValueError, OverflowError):
                continue


def _label(row: dict[str, Any]) -> LabelRow:
    (label,) = _texts(row, "label")
    precision, recall, f1, rows = (_number(row[name]) for name in ("precision", "recall", "f1", "rows"))
    return LabelRow(label, precision, recall, f1, int(rows))


def _mistake(row: dict[str, Any]) -> Mistake:
    text, truth, said = _texts(row, "text", "truth", "said")
    return Mistake(text, truth, said, _number(row["probability"]))


def _pair(row: dict[str, Any]) -> RatedPair:
    prompt, chosen, rejected = _texts(row, "prompt", "chosen", "rejected")
    return RatedPair(prompt, chosen, rejected, _number(row["reward_chosen"]), _number(row["reward_rejected"]))


def _spread(values: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for name in ("mean", "deviation", "lowest", "highest"):
        try:
            yield name, _number(values[name])
        except (KeyError, TypeError, ValueError, OverflowError):
            continue


def _texts(row: dict[str, Any], *names: str) -> list[str]:
    found = [row[name] for name in names]
    if not all(isinstance(text, str) for text in found):
        raise TypeError(names)
    return [text[:LONGEST] for text in found]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)
