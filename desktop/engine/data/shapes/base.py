"""What every shape does: recognise its columns, name its roles, turn a record into a canonical row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, TypeAlias

from desktop.engine.data.mapping.written import text_in
from desktop.engine.data.rows import Kind, Record, Row, RowFault
from desktop.engine.data.source import Pick

Holds: TypeAlias = Literal["text", "turns", "either", "label", "rating", "tools", "other"]
"""What the value of a role is: a text, a conversation, one or the other, a class, a number, what can be called."""

_LOOKED_AT = 50


@dataclass(frozen=True)
class Role:
    """One thing a column can be.

    Attributes:
        id: name in job files.
        title: name on screen.
        required: whether every row needs it.
        holds: what its value is.
    """

    id: str
    title: str
    required: bool = True
    holds: Holds = "text"


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
        return cls.of_values([record.values for record in records])

    @classmethod
    def of_values(cls, records: list[dict[str, Any]]) -> Sample:
        """Collect the columns of records that come without their places."""
        values: dict[str, list[Any]] = {}
        for record in records:
            for column, value in record.items():
                seen = values.setdefault(str(column), [])
                if value is not None:
                    seen.append(value)
        return cls(tuple(values), values)

    def first(self, column: str) -> Any:
        """Return the first value of the usual type under ``column``: one odd row must not hide what the column is."""
        return self._first.get(column)

    def is_text(self, column: str) -> bool:
        """Tell whether ``column`` exists and usually holds text."""
        return isinstance(self.first(column), str)

    def most(self, column: str, test: Callable[[Any], bool]) -> bool:
        """Tell whether more than half of the first values under ``column`` pass ``test``."""
        seen = self.values.get(column, [])[:_LOOKED_AT]
        return sum(map(test, seen)) * 2 > len(seen)

    @cached_property
    def _first(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column, seen in self.values.items():
            types = Counter(map(type, seen)).most_common(1)
            found[column] = next((value for value in seen if type(value) is types[0][0]), None)
        return found

    @cached_property
    def by_lower_case(self) -> dict[str, str]:
        """Return the columns by their names in lower case."""
        return {column.lower(): column for column in self.columns}


@dataclass(frozen=True)
class Match:
    """A shape fits.

    Attributes:
        mapping: role -> where its value comes from; found by looking, always a column or a path.
        why: what in the columns says so, one clause for the user.
        also: other kinds of rows that the columns could be read as.
    """

    mapping: Mapping[str, Pick]
    why: str
    also: tuple[Kind, ...] = ()


class Shape(ABC):
    """One way of writing rows down.

    Attributes:
        id: name in reports (``alpaca``).
        title: name on screen.
        summary: one sentence.
        kind: the canonical rows it becomes.
        roles: what its columns can be.
        order: the more particular shape is asked first.
        flat: roles whose plain texts, in this order and with nothing in any other role, are all that a row says.
        exclusive: whether such rows must not be taken for others: a model would learn answers that are not wanted.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    kind: ClassVar[Kind]
    roles: ClassVar[tuple[Role, ...]]
    order: ClassVar[int] = 100
    exclusive: ClassVar[bool] = False
    flat: ClassVar[tuple[str, ...]] = ()

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
        raise RowFault(f"`{column}` is missing", "missing")
    return values[column]


def optional_text(values: Mapping[str, Any], mapping: Mapping[str, str], role: str) -> str:
    """Return the text of a role that a row can do without, empty where it does."""
    column = mapping.get(role)
    if column is None:
        return ""
    text = text_in(values.get(column), column, empty=True)
    return "" if text.isspace() else text
