"""A search for a learning rate as it is told piece by piece, ready for plot and table; it knows no screen."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.flow import amounts
from desktop.flow.wizard_progress import progress_from


@dataclass(frozen=True)
class RateStep:
    """One step: its rate, its loss and the eased loss; ``None`` where there was no number."""

    rate: float
    loss: float | None
    smoothed: float | None


@dataclass(frozen=True)
class RateSearch:
    """What is known of the search so far.

    Attributes:
        steps: the steps done.
        words: what is under way, in a few words; empty when it is over.
        suggestion: the rate to take, ``None`` while there is none.
        sentence: what was found and what to do; empty until it is over.
    """

    steps: tuple[RateStep, ...] = ()
    words: str = "The engine is starting"
    suggestion: float | None = None
    sentence: str = ""

    def told(self, piece: Mapping[str, Any]) -> RateSearch:
        """Return the search with one streamed piece: a step, or how far model and rows have come."""
        if "rate" not in piece or "step" not in piece:
            return dataclasses.replace(self, words=progress_from(piece).words)
        words = f"Step {piece['step']} of {piece.get('steps', 0)}"
        return dataclasses.replace(self, steps=(*self.steps, _step(piece)), words=words)

    def found(self, result: Mapping[str, Any]) -> RateSearch:
        """Return the search that came to its end."""
        points = result.get("points")
        steps = tuple(_step(point) for point in points) if isinstance(points, list) else self.steps
        suggestion = result.get("suggestion")
        return RateSearch(
            steps, "", float(suggestion) if suggestion is not None else None, str(result.get("sentence") or "")
        )

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The numbers of each step in words: rate, loss, eased loss."""
        return [(amounts.rate(s.rate), amounts.loss(s.loss), amounts.loss(s.smoothed)) for s in self.steps]


def _step(piece: Mapping[str, Any]) -> RateStep:
    return RateStep(float(piece["rate"]), _number(piece.get("loss")), _number(piece.get("smoothed")))


def _number(value: Any) -> float | None:
    found = float(value) if value is not None else math.nan
    return found if math.isfinite(found) else None
