"""How well labels were told apart: accuracy, precision, recall, F1 and the confusion matrix; it knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LabelFigures:
    """How well one label was told.

    Attributes:
        precision: share of the rows said to have it that do.
        recall: share of the rows that have it that were said to.
        f1: harmonic mean of both (van Rijsbergen 1979, Information Retrieval, chapter 7, with equal weights).
        rows: rows that have it.
    """

    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class Confusion:
    """Which label was said of rows of which label.

    Attributes:
        labels: names, in the order of rows and columns.
        counts: ``counts[truth][said]`` is a number of rows.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return sum(map(sum, self.counts))

    @property
    def accuracy(self) -> float:
        """Return the share of rows whose label was told rightly; 0 of no rows."""
        return _share(sum(self.counts[place][place] for place in range(len(self.labels))), self.rows)

    @property
    def macro_f1(self) -> float:
        """Return the plain mean of F1 over the labels that some row has or was said to have.

        A rare label counts as much as a frequent one (Sokolova and Lapalme 2009, table 3); 0 of no rows.
        """
        found = [figures.f1 for place, figures in enumerate(self.each()) if figures.rows or self._said(place)]
        return sum(found) / len(found) if found else 0.0

    def each(self) -> tuple[LabelFigures, ...]:
        """Return the figures of every label, in order; what would be divided by nothing is 0."""
        found = []
        for place, row in enumerate(self.counts):
            right, said, rows = row[place], self._said(place), sum(row)
            # 2 right / (said + rows) is the harmonic mean of right / said and right / rows.
            found.append(LabelFigures(_share(right, said), _share(right, rows), _share(2 * right, said + rows), rows))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return the form ``evaluation.json`` holds."""
        each = zip(self.labels, self.each(), strict=True)
        return {
            "labels": list(self.labels),
            "confusion": [list(row) for row in self.counts],
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "per_label": [
                {"label": label, "precision": f.precision, "recall": f.recall, "f1": f.f1, "rows": f.rows}
                for label, f in each
            ],
        }

    def _said(self, place: int) -> int:
        return sum(row[place] for row in self.counts)


def confusion(labels: Sequence[str], truth: Sequence[int], said: Sequence[int]) -> Confusion:
    """Count rows by their label and the label said of them, both as places in ``labels``."""
    counts = [[0] * len(labels) for _ in labels]
    for true, found in zip(truth, said, strict=True):
        counts[true][found] += 1
    return Confusion(tuple(labels), tuple(tuple(row) for row in counts))


def balanced_weights(rows: Sequence[int]) -> tuple[float, ...]:
    """Return the weight of each label so that all labels together weigh the same, 1 a row on average.

    Label ``c`` with ``n_c`` of ``n`` rows weighs ``n / (k n_c)``, ``k`` the labels that have rows (King and Zeng 2001,
    Logistic Regression in Rare Events Data, section 4.2); a label without rows weighs nothing.

    Args:
        rows: how many rows each label has.
    """
    total, used = sum(rows), sum(1 for count in rows if count)
    return tuple(total / (used * count) if count else 0.0 for count in rows)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
