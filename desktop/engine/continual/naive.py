"""No guard at all: plain tuning, which the others are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.engine.continual.base import Guard, Strength

if TYPE_CHECKING:
    from datasets import Dataset


class Naive(Guard):
    """Learns the new task and holds on to nothing."""

    id = "none"
    title = "No guard"
    summary = "Plain tuning on the new rows: what the others are compared with."
    order = 10

    def guarded(self, trainer: Any, old: Dataset | None, strength: Strength) -> Any:
        """Return ``trainer`` as it is."""
        return trainer
