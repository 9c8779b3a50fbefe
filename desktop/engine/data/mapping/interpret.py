"""What records mean: the shape, the mapping and the policies that turn one into a canonical row; it knows no file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from desktop.engine.data.checks import CHECKS
from desktop.engine.data.checks.base import Check, TextCheck, policy_of
from desktop.engine.data.mapping.mend import mend
from desktop.engine.data.mapping.picks import Projection, project
from desktop.engine.data.rows import Row, RowFault
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Shape
from desktop.engine.data.source import DataSource, Pick, Policy
from desktop.engine.data.texts import texts_of, with_texts

_TRIES = 4  # one cure may lay bare the next fault


@dataclass(frozen=True)
class Interpretation:
    """How the records of one source are understood.

    Attributes:
        source: the data set, for its role names, labels and policies.
        shape: how its rows are written down.
        mapping: role -> where its value comes from.
    """

    source: DataSource
    shape: Shape
    mapping: Mapping[str, Pick] = field(default_factory=dict)

    @cached_property
    def projection(self) -> Projection:
        """Return what puts the picked values under the roles."""
        return project(self.source, self.shape, self.mapping)

    @cached_property
    def text_checks(self) -> list[TextCheck]:
        """Return the checks on words that are not told to keep quiet."""
        return [check for check in CHECKS.all() if isinstance(check, TextCheck)]

    @cached_property
    def key(self) -> str:
        """Return a short name that changes whenever a row could come out differently."""
        said = {
            "shape": self.shape.id,
            "mapping": {
                role: pick if isinstance(pick, str) else pick.model_dump() for role, pick in self.mapping.items()
            },
            "source": self.source.model_dump(mode="json", include={"roles", "labels", "checks", "edits"}),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def policy(self, check: Check | str) -> Policy:
        """Return what becomes of rows that ``check`` finds."""
        return policy_of(CHECKS.get(check) if isinstance(check, str) else check, self.source.checks)

    def row(self, record: Mapping[str, Any]) -> Row:
        """Return the canonical row of ``record``, mended where the policies say so; raise :class:`RowFault`."""
        row = self.converted(record)[0]
        return self.cleaned(row) if self._cleaning else row

    def converted(self, record: Mapping[str, Any]) -> tuple[Row, RowFault | None]:
        """Return the row before its words are cleaned, and the first fault that was mended on the way.

        Raises:
            RowFault: the record makes no row.
        """
        projection = self.projection
        values = projection.apply(record)
        try:
            return self.shape.row(values, projection.mapping), None
        except RowFault as fault:
            return self._mended(values, fault), fault

    def text_faults(self, row: Row) -> list[tuple[TextCheck, str]]:
        """Return what is wrong with the words of ``row``, the first of each kind."""
        found = []
        for check in self.text_checks:
            reason = next(filter(None, map(check.fault, texts_of([row]))), "")
            if reason:
                found.append((check, reason))
        return found

    def cleaned(self, row: Row) -> Row:
        """Return ``row`` with its words mended where the policies say so.

        Raises:
            RowFault: nothing is left of one of its texts.
        """
        before = row
        for clean in self._cleaning:
            row = with_texts(row, clean)
        # A message that calls tools may have had no words to begin with.
        if any(was.strip() and not text.strip() for was, text in zip(texts_of([before]), texts_of([row]), strict=True)):
            raise RowFault("nothing is left of a text once it is cleaned", "empty")
        return row

    @cached_property
    def _cleaning(self) -> list[Callable[[str], str]]:
        return [check.mended for check in self.text_checks if self.policy(check) == "fix"]

    def _mended(self, values: Mapping[str, Any], fault: RowFault) -> Row:
        first = fault
        for _ in range(_TRIES):
            if self.policy(fault.check) != "fix":
                raise first
            mended = mend(fault.check, values, self.projection.mapping, self.shape)
            if mended is None:
                raise first
            values = mended
            try:
                return self.shape.row(values, self.projection.mapping)
            except RowFault as next_fault:
                fault = next_fault
        raise first


def read_back(source: Mapping[str, Any], shape: str, mapping: Mapping[str, Any]) -> Interpretation:
    """Return the interpretation that another process described; the counterpart of :func:`described`."""
    asked = DataSource.model_validate({**source, "mapping": mapping})
    return Interpretation(asked, SHAPES.get(shape), asked.mapping)


def described(interpretation: Interpretation) -> dict[str, Any]:
    """Return ``interpretation`` as plain data."""
    mapping = {
        role: pick if isinstance(pick, str) else pick.model_dump() for role, pick in interpretation.mapping.items()
    }
    return {
        "source": interpretation.source.model_dump(mode="json"),
        "shape": interpretation.shape.id,
        "mapping": mapping,
    }
