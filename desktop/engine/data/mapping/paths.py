"""Paths into nested values, written ``a.b[0].c``: taken apart, followed, found; it knows no roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from desktop.engine.data.mapping.written import name_of, opened
from desktop.engine.data.rows import RowFault
from desktop.engine.data.shapes.base import Sample

Steps: TypeAlias = tuple[str | int, ...]

MOST_PATHS = 60
_MOST_DEEP = 5
_MOST_SEEN = 20
_NAME = r"[^.\[\]]+"
_PATH = re.compile(rf"{_NAME}(?:\.{_NAME}|\[\d{{1,6}}\])+")
_STEP = re.compile(rf"({_NAME})|\[(\d+)\]")


def steps_of(path: str) -> Steps:
    """Return the steps of ``path``, the column first; none where it is a plain name."""
    if not _PATH.fullmatch(path):
        return ()
    return tuple(name or int(index) for name, index in _STEP.findall(path))


def follow(values: Mapping[str, Any], path: str, steps: Steps) -> Any:
    """Return what lies at the end of ``steps``; JSON in a text is opened on the way.

    Raises:
        RowFault: it ends before; the reason says where.
    """
    here: Any = values
    for depth, step in enumerate(steps):
        if isinstance(here, str):
            here = opened(here)
        if not _leads_on(here, step):
            raise RowFault(f"`{path}` is missing: {_end_of(steps, depth, here)}", "missing")
        here = here[step]
    return here


def written(steps: Steps) -> str:
    """Return ``steps`` as a path; the counterpart of :func:`steps_of`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def paths_in(sample: Sample, most: int = MOST_PATHS) -> list[str]:
    """Return the paths of nested values in the first records, in order of appearance, to be offered as picks.

    Of a list the first two items are looked into: a question and its answer, mostly.
    """
    found: dict[str, None] = {}
    for column in sample.columns:
        if not re.fullmatch(_NAME, column):
            continue
        for value in sample.values.get(column, [])[:_MOST_SEEN]:
            for path in _leaves(value, (column,)):
                found.setdefault(path)
                if len(found) == most:
                    return list(found)
    return list(found)


def _leaves(value: Any, steps: Steps) -> Iterator[str]:
    value = opened(value)
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = [(name, one) for name, one in value.items() if isinstance(name, str) and re.fullmatch(_NAME, name)]
    elif isinstance(value, list):
        inner = list(enumerate(value[:2]))
    elif len(steps) > 1 and value is not None:
        yield written(steps)
    if isinstance(value, list) and len(steps) > 1 and value and isinstance(value[0], dict):
        yield written(steps)  # a conversation inside an object
    if len(steps) <= _MOST_DEEP:
        for step, one in inner:
            yield from _leaves(one, (*steps, step))


def _leads_on(here: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(here, list) and step < len(here)
    return isinstance(here, Mapping) and step in here


def _end_of(steps: Steps, depth: int, here: Any) -> str:
    step = steps[depth]
    if depth == 0:
        return f"there is no `{step}`"
    so_far = written(steps[:depth])
    if isinstance(step, int) and isinstance(here, list):
        return f"`{so_far}` has {len(here)} item{'' if len(here) == 1 else 's'}, counted from 0"
    if isinstance(step, str) and isinstance(here, Mapping):
        return f"`{so_far}` has no `{step}`"
    return f"`{so_far}` holds {name_of(here)}"
