"""L2 to the start point: every weight is pulled back alike; it needs no old rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.engine.continual.base import Guard, Strength
from desktop.engine.continual.penalty import pulled

if TYPE_CHECKING:
    from datasets import Dataset


class L2(Guard):
    """Pulls every weight towards where it started."""

    id = "l2"
    title = "L2 to the start point"
    summary = "Every weight is pulled back towards where it started, all alike; no old rows are needed."
    paper = "Li et al. 2018, Explicit Inductive Bias for Transfer Learning with Convolutional Networks, equation 1"
    order = 20
    copies = 2  # the start, and how far each number is from it

    def guarded(self, trainer: Any, old: Dataset | None, strength: Strength) -> Any:
        """Return ``trainer`` with the penalty in its loss."""
        return pulled(trainer, strength.penalty, _alike)


def _alike(trainer: Any) -> None:
    return None
