"""Finds out how rows are written down by looking at their columns; it knows no shape in particular."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from desktop.engine.data.mapping.paths import steps_of
from desktop.engine.data.mapping.written import opened
from desktop.engine.data.rows import KIND_TITLES, Kind
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Match, Sample, Shape

_MOST_DEEP = 3


def recognise(sample: Sample, kinds: Collection[str] = ()) -> tuple[Shape, Match] | None:
    """Return the first shape that fits and becomes one of ``kinds`` (any, where none are given).

    Where the columns could be read as another kind of rows too, the match says so. Where no shape fits the columns,
    the one object among them is looked into.
    """
    return _recognised(sample, kinds, _MOST_DEEP)


def _recognised(sample: Sample, kinds: Collection[str], deep: int) -> tuple[Shape, Match] | None:
    fitting = [(shape, match) for shape in SHAPES.all() if (match := shape.match(sample)) is not None]
    if not fitting:
        return _inside(sample, kinds, deep - 1) if deep else None
    if kinds and fitting[0][0].exclusive and fitting[0][0].kind not in kinds:
        return None
    taken = next(((shape, match) for shape, match in fitting if not kinds or shape.kind in kinds), None)
    if taken is None:
        return None
    shape, match = taken
    also = _also(shape, match, fitting)
    if not also:
        return shape, match
    others = " or ".join(KIND_TITLES[kind] for kind in also)
    return shape, replace(match, why=f"{match.why}; could also be {others}", also=also)


def _also(shape: Shape, match: Match, fitting: list[tuple[Shape, Match]]) -> tuple[Kind, ...]:
    """Return the other kinds that fit about as well.

    Nearly everything could be read as plain text; that is only said where the very same column would be.
    """
    if shape.kind == "preference":  # the conversation before the two answers is no conversation to learn from
        return ()
    used = set(match.mapping.values())
    others = [
        other.kind
        for other, found in fitting
        if other.kind != shape.kind and (other.kind != "text" or set(found.mapping.values()) == used)
    ]
    return tuple(dict.fromkeys(others))


def _inside(sample: Sample, kinds: Collection[str], deep: int) -> tuple[Shape, Match] | None:
    """Recognise the objects in the one column that has them, where nothing else could be what is learned."""
    objects = [column for column in sample.columns if isinstance(opened(sample.first(column)), dict)]
    if len(objects) != 1 or any(sample.most(column, _is_prose) for column in sample.columns if column != objects[0]):
        return None
    column = objects[0]
    inner = Sample.of_values([value for value in map(opened, sample.values[column]) if isinstance(value, dict)])
    found = _recognised(inner, kinds, deep)
    if found is None:
        return None
    shape, match = found
    mapping = {role: f"{column}.{pick}" for role, pick in match.mapping.items()}
    if not all(steps_of(path) for path in mapping.values()):
        return None
    return shape, Match(mapping, f"inside `{column}`: {match.why}", match.also)


def _is_prose(value: Any) -> bool:
    return isinstance(value, str) and " " in value.strip() and opened(value) is value
