"""Column names taken apart into words, so that "context" never passes for "text"; it knows no roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_RUN = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)  # every shape asks for every name, and a table may have thousands of columns
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of ``name`` in lower case: ``customerQuestion_2`` is customer, question, 2."""
    return tuple(word.lower() for run in _RUN.findall(name) for word in _cut(run))


def _cut(run: str) -> list[str]:
    """Cut where the case or the kind of character says that a new word begins."""
    words = [run[0]]
    for index in range(1, len(run)):
        before, here, after = run[index - 1], run[index], run[index + 1 : index + 2]
        begins = here.isupper() and (not before.isupper() or after.islower())
        if begins or here.isdigit() != before.isdigit():
            words.append(here)
        else:
            words[-1] += here
    return words


def find_column(columns: Sequence[str], names: Iterable[str], taken: Iterable[str] = ()) -> str | None:
    """Return the column that one of ``names`` fits: as the whole name first, then as one of its words.

    Earlier ``names`` win. A word that two columns share decides nothing between them, so neither is returned for it.
    """
    used = set(taken)
    free = [column for column in columns if column not in used]
    wanted = list(names)
    for name in wanted:
        for column in free:
            if words_of(column) == words_of(name):
                return column
    for name in wanted:
        holding = [column for column in free if name in words_of(column)]
        if len(holding) == 1:
            return holding[0]
    return None
