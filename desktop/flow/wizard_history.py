"""What was changed on a data set and can be taken back: how it is read, and corrections to its rows; no widget.

How a set is read (mapping, policies, values) is remembered here, for as long as the wizard is open. Corrections are
remembered by the data library, longer than that; here stands only that there was one, so that both undo in order.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.engine.data.source import DataSource

_MOST = 200


@dataclass(frozen=True)
class Change:
    """One change: how the set was read before and after; the same for both where a row was corrected."""

    before: DataSource
    after: DataSource

    @property
    def of_row(self) -> bool:
        """Whether it was a correction, which the library takes back."""
        return self.before == self.after


@dataclass(frozen=True)
class History:
    """Every change in order.

    Attributes:
        done: what can be taken back, the newest last.
        undone: what can be done again, the next last.
    """

    done: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()

    def changed(self, before: DataSource, after: DataSource) -> History:
        """Return the history with another way of reading; nothing is remembered where only corrections differ."""
        if without_edits(before) == without_edits(after):
            return self
        return History((*self.done, Change(before, after))[-_MOST:])

    def corrected(self, source: DataSource) -> History:
        """Return the history with a correction to a row."""
        return History((*self.done, Change(source, source))[-_MOST:])

    def undo(self) -> tuple[Change | None, History]:
        """Return the newest change and the history without it."""
        if not self.done:
            return None, self
        return self.done[-1], History(self.done[:-1], (*self.undone, self.done[-1]))

    def redo(self) -> tuple[Change | None, History]:
        """Return the change taken back last and the history with it."""
        if not self.undone:
            return None, self
        return self.undone[-1], History((*self.done, self.undone[-1]), self.undone[:-1])


def without_edits(source: DataSource) -> DataSource:
    """Return how ``source`` is read, whatever was corrected by hand."""
    return source.model_copy(update={"edits": ()})


def restored(wanted: DataSource, now: DataSource) -> DataSource:
    """Return ``wanted`` with the corrections of ``now``: they have a history of their own."""
    return wanted.model_copy(update={"edits": now.edits})
