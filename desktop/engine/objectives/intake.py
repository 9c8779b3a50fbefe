"""Takes rows in one by one, and counts what was cut or left out and why; it knows no objective and no tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from desktop.engine.data.rendering.overlong import windows
from desktop.engine.errors import RequestError
from desktop.engine.objectives.store import TokenStore

if TYPE_CHECKING:
    from datasets import Dataset

T = TypeVar("T")

_REPORT_EVERY, _REPORTS = 50, 200
ANSWER_CUT_OFF = "answer cut off"
NO_ANSWER = "no answer in it"
NO_TEXT = "no text in it"
TOO_LONG = "longer than the longest row"
NOTHING_LEARNED = "part of a split row without any of its answer"


class LeftOutError(Exception):
    """A row cannot be learned from; the text says why in a few words."""


class Intake:
    """Turns rows into tokens with a function that may refuse a row.

    Attributes:
        dropped: reason -> rows left out.
        cut: rows that were shortened; the function counts them here.
        split: rows that became several; the function counts them here.
    """

    def __init__(self, what: str, total: int, progress: Callable[[str, int, int], None]) -> None:
        """Tell ``progress(what, done, total)`` now and then, and at the end."""
        self._what = what
        self._total = total
        self._progress = progress
        self._done = 0
        self._every = max(_REPORT_EVERY, total // _REPORTS)
        self.dropped: dict[str, int] = {}
        self.cut = 0
        self.split = 0

    def take(
        self,
        rows: Iterable[T | RequestError],
        tokenised: Callable[[T], Iterable[dict[str, Any]]],
        store: TokenStore,
    ) -> Dataset:
        """Return what ``tokenised`` makes of each row, without those it refuses or that are faults already."""
        for row in rows:
            self._take(row, tokenised, store)
            self._done += 1
            if self._done % self._every == 0 or self._done == self._total:
                self._progress(self._what, self._done, self._total)
        return store.finish()

    def drop(self, reason: str) -> None:
        """Count one row, or one part of a row, as left out."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def fitted(self, length: int, longest: int, overlong: str) -> list[slice]:
        """Return which parts of a row of ``length`` tokens are kept, and count what that does to it.

        Raises:
            LeftOutError: it is too long and to be left out.
        """
        if length <= longest:
            return [slice(0, length)]
        if overlong == "drop":
            raise LeftOutError(TOO_LONG)
        if overlong == "split":
            self.split += 1
            return windows(length, longest)
        self.cut += 1
        return [slice(0, longest)]

    def _take(
        self, row: T | RequestError, tokenised: Callable[[T], Iterable[dict[str, Any]]], store: TokenStore
    ) -> None:
        try:
            if isinstance(row, RequestError):
                raise row
            for made in tokenised(row):
                store.add(made)
        except LeftOutError as error:
            self.drop(str(error))
        except RequestError as error:
            if error.code == "slow_tokenizer":  # no row can work
                raise
            self.drop(error.message)
