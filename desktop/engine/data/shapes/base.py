"""What every shape does: recognise its columns, name its roles, turn a record into a canonical row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from desktop.engine.data.rows import Kind, Record, Row, RowFault


@dataclass(frozen=True)
class Role:
    """One thing a column can be.

    Attributes:
        id: name in job files.
        title: name on screen.
        required: whether every row needs it.
    """

    id: str
    title: str
    required: bool = True


@dataclass(frozen=True)
class Sample:
    """The first records of a source, by column.

    Attributes:
        columns: names in order of appearance.
        values: column -> the values seen that are not nothing.
    """

    columns: tuple[str, ...]
    values: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: list[Record]) -> Sample:
        """Collect the columns of ``records``."""
        values: dict[str, list[Any]] = {}
        for record in records:
            for column, value in record.values.items():
                seen = values.setdefault(str(column), [])
                if value is not None:
                    seen.append(value)
        return cls(tuple(values), values)

    def first(self, column: str) -> Any:
        """Return the first value of the usual type under ``column``: one odd row must not hide what the column is."""
        seen = self.values.get(column, [])
        types = Counter(type(value) for value in seen)
        return next((value for value in seen if type(value) is types.most_common(1)[0][0]), None)


@dataclass(frozen=True)
class Match:
    """A shape fits.

    Attributes:
        mapping: role -> column.
        why: what in the columns says so, one clause for the user.
    """

    mapping: dict[str, str]
    why: str


class Shape(ABC):
    """One way of writing rows down.

    Attributes:
        id: name in reports (``alpaca``).
        title: name on screen.
        summary: one sentence.
        kind: the canonical rows it becomes.
        roles: what its columns can be.
        order: the more particular shape is asked first.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    kind: ClassVar[Kind]
    roles: ClassVar[tuple[Role, ...]]
    order: ClassVar[int] = 100

    @abstractmethod
    def match(self, sample: Sample) -> Match | None:
        """Return how the columns fit, ``None`` where they do not."""

    @abstractmethod
    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the canonical row; raise :class:`RowFault` with the reason where there is none."""


def cell(values: Mapping[str, Any], mapping: Mapping[str, str], role: str) -> Any:
    """Return the value of ``role`` in one record, ``None`` where the role is not mapped; a missing field is a fault."""
    column = mapping.get(role)
    if column is None:
        return None
    if column not in values:
        raise RowFault(f"`{column}` is missing")
    return values[column]


def where(mapping: Mapping[str, str], role: str) -> str:
    """Return how sentences call the place of ``role``."""
    return f"`{mapping[role]}`"
