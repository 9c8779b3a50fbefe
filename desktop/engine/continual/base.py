"""What every guard against forgetting says of itself and does; it knows no guard in particular.

Modules of this package are imported by the window: torch and transformers are imported in functions only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from datasets import Dataset


@dataclass(frozen=True)
class Strength:
    """How hard an old task is held on to.

    Attributes:
        penalty: by what the pull towards the start is multiplied.
        share: part of an epoch that is drawn from the old rows, between 0 and 1.
        fisher_rows: old rows that the importance of each weight is estimated from.
        seed: what chance follows from.
    """

    penalty: float
    share: float
    fisher_rows: int
    seed: int


class Guard(ABC):
    """One way to learn something new and forget less of something old.

    Attributes:
        id: name among the objective's options.
        title: the field's standard term.
        summary: one sentence.
        paper: source.
        order: place in lists.
        copies: float32 copies of what learns that it holds at the height of a step.
        learns_old: whether it needs rows of the old task beside those it is measured on.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    paper: ClassVar[str] = ""
    order: ClassVar[int] = 100
    copies: ClassVar[int] = 0
    learns_old: ClassVar[bool] = False

    @abstractmethod
    def guarded(self, trainer: Any, old: Dataset | None, strength: Strength) -> Any:
        """Return ``trainer``, made to hold on to what it knows.

        Args:
            trainer: the library's trainer over the new rows, not yet trained.
            old: tokenised rows of the old task, none of them held out.
            strength: how hard.
        """

    def epoch_rows(self, new: int, old: int, share: float) -> int:
        """Return the rows of an epoch over ``new`` rows, with ``old`` ones at hand."""
        return new
