"""Replay: some of the old rows are learned from again, spread evenly among the new ones; it knows no model.

Robins 1995, Catastrophic Forgetting, Rehearsal and Pseudorehearsal, section 2 (rehearsal).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from desktop.engine.continual.base import Guard, Strength
from desktop.engine.data.mixing.split import scrambled

if TYPE_CHECKING:
    from datasets import Dataset


class Replay(Guard):
    """Learns from old rows again beside the new ones."""

    id = "replay"
    title = "Replay"
    summary = "A chosen share of every epoch is drawn from the old rows, spread evenly among the new ones."
    paper = "Robins 1995, Catastrophic Forgetting, Rehearsal and Pseudorehearsal, section 2"
    order = 40
    learns_old = True

    def guarded(self, trainer: Any, old: Dataset | None, strength: Strength) -> Any:
        """Return ``trainer`` over new and old rows, those of an epoch chosen by its number and the seed."""
        from datasets import concatenate_datasets

        assert old is not None
        new = trainer.train_dataset
        made: Any = trainer
        made.__class__ = type(f"Replaying{type(trainer).__name__}", (Replaying, type(trainer)), {})
        made.train_dataset = concatenate_datasets([new, old])
        made.order = ReplayOrder(len(new), len(old), strength.share, strength.seed)
        return made

    def epoch_rows(self, new: int, old: int, share: float) -> int:
        """Return the new rows and those replayed among them."""
        return new + replayed(new, share) if old else new


def replayed(new: int, share: float) -> int:
    """Return how many old rows stand beside ``new`` ones so that they make up ``share`` of both; at least one."""
    return max(1, round(new * share / (1 - share))) if share > 0 else 0


class ReplayOrder:
    """The places of an epoch in a data set that holds the new rows and, behind them, the old ones.

    Every new row comes once an epoch. Old rows are gone through in an order of their own, on from where the epoch
    before ended, so that all have been seen before one comes again. Both are spread evenly: any stretch of the epoch,
    and so a batch, holds about the same share of each. Nothing is remembered: an epoch follows from its number.
    """

    def __init__(self, new: int, old: int, share: float, seed: int) -> None:
        """Order ``new`` and ``old`` rows so that the old ones make up ``share``."""
        self._new, self._old, self._seed = new, old, seed
        self._drawn = replayed(new, share) if old else 0
        self._epoch = 0

    def __len__(self) -> int:
        """Return the rows of an epoch."""
        return self._new + self._drawn

    def set_epoch(self, epoch: int) -> None:
        """Take the order of that epoch, from 0; the library calls it."""
        self._epoch = math.floor(epoch)

    def __iter__(self) -> Iterator[int]:
        """Yield the places of the epoch."""
        import numpy as np

        chance = scrambled(self._new, self._seed * 2_000_003 + 2 * self._epoch)
        new = np.argsort(chance, kind="stable")
        count = self._epoch * self._drawn + np.arange(self._drawn)
        rounds = {
            int(number): np.argsort(scrambled(self._old, self._seed * 2_000_003 + 2 * int(number) + 1), kind="stable")
            for number in np.unique(count // max(1, self._old))
        }
        old = [self._new + int(rounds[int(one // self._old)][one % self._old]) for one in count.tolist()]
        # Where each stands in the epoch, both evenly: the old ones in the middle of equal stretches.
        spread = np.concatenate(
            [(np.arange(self._new) + 0.5) / self._new, (np.arange(self._drawn) + 0.5) / max(1, self._drawn)]
        )
        both = np.concatenate([new, np.asarray(old, np.int64)])
        yield from both[np.argsort(spread, kind="stable")].tolist()


class Replaying:
    """Goes before a trainer class in the order of inheritance: its rows come in a replay's order.

    Attributes:
        order: the places of an epoch.
    """

    order: ReplayOrder

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self.order
