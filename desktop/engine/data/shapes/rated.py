"""Rated answers: a prompt, a response and a number that says how good it is; it knows one row at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.words import find_column, resembling
from desktop.engine.data.mapping.written import name_of
from desktop.engine.data.rows import Kind, Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell
from desktop.engine.data.shapes.kto import both_sides, rated_row

# Stars and grades are as often about the product or the pupil as about the answer: those rows are no ratings unasked.
_RATINGS = ("rating", "score", "reward")


class Rated(Shape):
    """Rows with one answer each and what it was rated."""

    id: ClassVar[str] = "rated"
    title: ClassVar[str] = "Rated answers"
    summary: ClassVar[str] = "A prompt, an answer, and a number: the higher the better."
    kind: ClassVar[Kind] = "rated"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Prompt", holds="either"),
        Role("completion", "Answer", holds="either"),
        Role("rating", "Rating, a number", holds="rating"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 18

    def match(self, sample: Sample) -> Match | None:
        """Take a question and its answer beside a column of numbers whose name says that it rates."""
        numbers = [
            column for column in resembling(sample.columns, _RATINGS) if _are_numbers(sample.values.get(column, []))
        ]
        rating = find_column(numbers, _RATINGS)
        pair = both_sides(sample)
        if {"instruction", "output"} <= sample.by_lower_case.keys():
            return None  # an instruction set with marks of its own: the answers are there to be learned
        if rating is None or pair is None or rating in pair:
            return None
        mapping = {"prompt": pair[0], "completion": pair[1], "rating": rating}
        if sample.is_text("system"):
            mapping["system"] = "system"
        return Match(mapping, f"`{rating}` rates `{pair[1]}` as an answer to `{pair[0]}`")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return both sides as messages, and the rating."""
        return rated_row(values, mapping, _rating(cell(values, mapping, "rating"), mapping["rating"]))


def _rating(value: Any, place: str) -> float:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowFault(f"`{place}` is empty", "empty")
    rating = _number(value)
    if rating is None:
        said = repr(value[:40]) if isinstance(value, str) else name_of(value)
        raise RowFault(f"`{place}` is {said}, which is no number", "wrong_type")
    return rating


def _are_numbers(values: list[Any]) -> bool:
    return sum(_number(value) is not None for value in values) * 2 > len(values)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
