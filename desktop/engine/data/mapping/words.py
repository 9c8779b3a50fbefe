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
    whole: dict[tuple[str, ...], str] = {}
    holding: dict[str, list[str]] = {}
    for column in columns:
        if column not in used:
            words = words_of(column)
            whole.setdefault(words, column)
            for word in dict.fromkeys(words):
                holding.setdefault(word, []).append(column)
    wanted = list(names)
    by_name = next((whole[words] for name in wanted if (words := words_of(name)) in whole), None)
    return by_name or next((holding[name][0] for name in wanted if len(holding.get(name, ())) == 1), None)


def resembling(columns: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the columns that have a word of one of ``names`` in theirs, to be looked at more closely."""
    known = {word for name in names for word in words_of(name)}
    return [column for column in columns if not known.isdisjoint(words_of(column))]
