"""Where the value of each role comes from in a record: columns, paths, constants, joins; it knows no shape's rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from desktop.engine.data.mapping.paths import Steps, follow, steps_of
from desktop.engine.data.mapping.paths import paths_in as paths_in
from desktop.engine.data.mapping.turns import renamed
from desktop.engine.data.mapping.written import opened, text_in
from desktop.engine.data.rows import RowFault
from desktop.engine.data.shapes.base import Shape
from desktop.engine.data.source import Constant, DataSource, Join, Pick

Fetch: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""Takes one role's value out of a record; :data:`ABSENT` where the record lacks it."""

ABSENT: Any = object()


@dataclass(frozen=True)
class Projection:
    """What puts the picked values of a record under names a shape can read.

    Attributes:
        mapping: role -> name of its value after :meth:`apply`, good for sentences: a column or ``a.b[0].c``.
        fetches: name -> what takes its value out of a record; empty where every role is a plain column.
    """

    mapping: dict[str, str]
    fetches: tuple[tuple[str, Fetch], ...] = ()

    def apply(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the picked values of one record; the record itself where every pick is a plain column.

        Raises:
            RowFault: a path leads nowhere, or a label is called what no one expected.
        """
        if not self.fetches:
            return values
        found = {name: fetch(values) for name, fetch in self.fetches}
        return {name: value for name, value in found.items() if value is not ABSENT}


def project(source: DataSource, shape: Shape, mapping: Mapping[str, Pick]) -> Projection:
    """Return how the values for ``shape`` are taken from records of ``source``.

    Args:
        source: the data set, for what it says of the names of speakers and labels.
        shape: whose roles are filled.
        mapping: role -> where its value comes from.
    """
    roles = {role.id: role for role in shape.roles}
    speakers = {name.strip().lower(): role for name, role in source.roles.items()}
    names: dict[str, str] = {}
    fetches: list[tuple[str, Fetch]] = []
    plain = True
    for id, pick in mapping.items():
        role = roles.get(id)
        fetch = _fetch(pick, needed=role is None or role.required)
        changed = True
        if role is not None and speakers and role.holds in ("turns", "either"):
            fetch = _with_speakers(fetch, speakers)
        elif role is not None and source.labels and role.holds == "label":
            fetch = _with_labels(fetch, source.labels, name_of_pick(pick))
        else:
            changed = False
        plain = plain and not changed and isinstance(pick, str) and not steps_of(pick)
        name = name_of_pick(pick)
        if name in names.values():  # one pick may fill two roles, read differently by each
            name = f"{name} ({id})"
        names[id] = name
        fetches.append((name, fetch))
    if plain:
        return Projection({id: pick for id, pick in mapping.items() if isinstance(pick, str)})
    return Projection(names, tuple(fetches))


def name_of_pick(pick: Pick) -> str:
    """Return how sentences call the place a value comes from."""
    if isinstance(pick, Constant):
        return f'the constant "{pick.constant[:40]}"'
    return " + ".join(pick.join) if isinstance(pick, Join) else pick


def columns_of(pick: Pick) -> tuple[str, ...]:
    """Return the columns, or paths in columns, that a value is made of."""
    if isinstance(pick, Constant):
        return ()
    return pick.join if isinstance(pick, Join) else (pick,)


def _fetch(pick: Pick, *, needed: bool) -> Fetch:
    if isinstance(pick, Constant):
        text = pick.constant
        return lambda _: text
    if isinstance(pick, Join):
        return _joined([(part, _fetch(part, needed=False)) for part in pick.join], pick.between)
    steps = steps_of(pick)
    return _inside(pick, steps, needed) if steps else lambda values: values.get(pick, ABSENT)


def _inside(path: str, steps: Steps, needed: bool) -> Fetch:
    def fetch(values: Mapping[str, Any]) -> Any:
        if path in values:  # a column called so wins over a path
            return values[path]
        try:
            return follow(values, path, steps)
        except RowFault:
            if needed:
                raise
            return ABSENT

    return fetch


def _joined(parts: list[tuple[str, Fetch]], between: str) -> Fetch:
    def fetch(values: Mapping[str, Any]) -> Any:
        texts = [text_in(value, place, empty=True) for place, one in parts if (value := one(values)) is not ABSENT]
        return between.join(text for text in texts if text.strip()) if texts else ABSENT

    return fetch


def _with_speakers(fetch: Fetch, speakers: Mapping[str, str]) -> Fetch:
    return lambda values: renamed(opened(fetch(values)), speakers)


def _with_labels(fetch: Fetch, labels: Mapping[str, str], place: str) -> Fetch:
    known = {label.strip(): name for label, name in labels.items()}

    def named(values: Mapping[str, Any]) -> Any:
        value = fetch(values)
        if value is ABSENT or value is None:
            return value
        label = _label_text(value, place)
        if label not in known and re.fullmatch(r"-?\d+\.0", label):  # a column of numbers with gaps is read as 1.0
            label = label[:-2]
        if label and label not in known:
            raise RowFault(f"`{place}` is {label[:40]!r}, which is none of the labels the mapping names", "wrong_type")
        return known.get(label, label)

    return named


def _label_text(value: Any, place: str) -> str:
    return json.dumps(value) if isinstance(value, bool) else text_in(value, place, empty=True).strip()
