"""Which column is what, picked by hand until it is enough; it knows no widget.

A role's value need not be one column: it may lie inside one, be the same text everywhere, or be several columns in one.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.engine.data.source import Constant, Join, Pick
from desktop.flow.wizard_findings import DataFound, ShapeChoice

UNUSED = ""


@dataclass(frozen=True)
class Mapping:
    """Where the values of a file's roles come from while they are picked.

    Attributes:
        choice: the shape whose roles are offered.
        picks: role -> column, path in a column, constant or join.
    """

    choice: ShapeChoice
    picks: dict[str, Pick]

    def picked(self, column: str, role: str) -> Mapping:
        """Return the mapping with ``column`` given ``role``; whatever had that role before loses it."""
        kept = {held: pick for held, pick in self.picks.items() if pick != column and held != role}
        return Mapping(self.choice, {**kept, role: column} if role != UNUSED else kept)

    def with_pick(self, role: str, pick: Pick | None) -> Mapping:
        """Return the mapping with the value of ``role`` coming from ``pick``, or from nowhere."""
        kept = {held: one for held, one in self.picks.items() if held != role}
        return Mapping(self.choice, {**kept, role: pick} if pick is not None else kept)

    def role_of(self, column: str) -> str:
        """Return the role ``column`` alone stands for, :data:`UNUSED` where there is none."""
        return next((role for role, pick in self.picks.items() if pick == column), UNUSED)

    def uses(self, column: str) -> bool:
        """Tell whether anything of ``column`` is used."""
        return any(column in columns_of(pick) or _inside(pick, column) for pick in self.picks.values())

    def beyond(self, columns: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return the roles no single column stands for: the role's title and where its value comes from, in words."""
        titles = {role.id: role.title for role in self.choice.roles}
        found = [(role, pick) for role, pick in self.picks.items() if not (isinstance(pick, str) and pick in columns)]
        return [(titles.get(role, role), pick_words(pick)) for role, pick in found]

    @property
    def missing(self) -> str:
        """What is still to be picked, in a sentence; empty when it is enough."""
        open_roles = [role.title for role in self.choice.roles if role.required and role.id not in self.picks]
        if not open_roles:
            return ""
        return f"Pick which column is: {', '.join(open_roles)}."


def mapping_of(data: DataFound, shape: str = "") -> Mapping | None:
    """Return what the columns of ``data`` are taken for, or could be if ``shape`` is chosen by hand."""
    choice = data.choice(shape or data.shape) or _likeliest(data)
    if choice is None:
        return None
    known = {role.id for role in choice.roles}
    return Mapping(choice, {role: pick for role, pick in data.mapping.items() if role in known})


def columns_of(pick: Pick) -> tuple[str, ...]:
    """Return the columns or paths ``pick`` reads."""
    if isinstance(pick, Constant):
        return ()
    return pick.join if isinstance(pick, Join) else (pick,)


def pick_words(pick: Pick) -> str:
    """Return where a value comes from, in words."""
    if isinstance(pick, Constant):
        return f'"{pick.constant}" in every row'
    if isinstance(pick, Join):
        return f"{' and '.join(pick.join)} as one text"
    return pick


def _inside(pick: Pick, column: str) -> bool:
    return any(path.startswith((f"{column}.", f"{column}[")) for path in columns_of(pick))


def _likeliest(data: DataFound) -> ShapeChoice | None:
    # Nothing was recognised: two or more columns are most often a question and an answer, one is a text.
    wanted = "chat" if len(data.columns) > 1 else "text"
    of_kind = [choice for choice in data.choices if choice.kind == wanted]
    separate = [choice for choice in of_kind if sum(role.required for role in choice.roles) == 2]
    return next(iter(separate or of_kind or list(data.choices)), None)
