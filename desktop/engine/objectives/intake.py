"""Takes rows in one by one, and counts what was cut or left out and why; it knows no objective and no tokenizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from desktop.engine.data.rows import Row

_REPORT_EVERY = 50


class LeftOutError(Exception):
    """A row cannot be learned from; the text says why in a few words."""


class Intake:
    """Turns rows into tokens with a function that may refuse a row.

    Attributes:
        dropped: reason -> rows left out.
        cut: rows that were shortened; the function counts them here.
    """

    def __init__(self, what: str, total: int, progress: Callable[[str, int, int], None]) -> None:
        """Tell ``progress(what, done, total)`` now and then, and at the end."""
        self._what = what
        self._total = total
        self._progress = progress
        self._done = 0
        self.dropped: dict[str, int] = {}
        self.cut = 0

    def take(self, rows: list[Row], tokenised: Callable[[Row], dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what ``tokenised`` makes of each row, without those it refuses."""
        kept = []
        for row in rows:
            try:
                kept.append(tokenised(row))
            except LeftOutError as error:
                self._drop(str(error))
            except RequestError as error:
                if error.code == "slow_tokenizer":  # no row can work
                    raise
                self._drop(error.message)
            self._done += 1
            if self._done % _REPORT_EVERY == 0 or self._done == self._total:
                self._progress(self._what, self._done, self._total)
        return kept

    def _drop(self, reason: str) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + 1
