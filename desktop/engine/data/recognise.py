"""Finds out how rows are written down by looking at their columns; it knows no shape in particular."""

from __future__ import annotations

from collections.abc import Collection

from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Match, Sample, Shape


def recognise(sample: Sample, kinds: Collection[str] = ()) -> tuple[Shape, Match] | None:
    """Return the first shape that fits and becomes one of ``kinds`` (any, where none are given)."""
    for shape in SHAPES.all():
        if kinds and shape.kind not in kinds:
            continue
        match = shape.match(sample)
        if match is not None:
            return shape, match
    return None
