"""Finds out how rows are written down by looking at their columns; it knows no shape in particular."""

from __future__ import annotations

from collections.abc import Collection

from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Match, Sample, Shape
from desktop.engine.data.shapes.preference import has_both_answers


def recognise(sample: Sample, kinds: Collection[str] = ()) -> tuple[Shape, Match] | None:
    """Return the first shape that fits and becomes one of ``kinds`` (any, where none are given).

    Rows with a chosen and a rejected answer are preference pairs and nothing else: read as conversations they would
    end with a question.
    """
    if kinds and "preference" not in kinds and has_both_answers(sample):
        return None
    for shape in SHAPES.all():
        if kinds and shape.kind not in kinds:
            continue
        match = shape.match(sample)
        if match is not None:
            return shape, match
    return None
