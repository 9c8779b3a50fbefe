"""Which column is what, picked by hand until it is enough; it knows no widget."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.flow.wizard_findings import DataFound, ShapeChoice

UNUSED = ""


@dataclass(frozen=True)
class Mapping:
    """The roles of a file's columns while they are picked.

    Attributes:
        choice: the shape whose roles are offered.
        picks: column -> role, for the columns that have one.
    """

    choice: ShapeChoice
    picks: dict[str, str]

    def picked(self, column: str, role: str) -> Mapping:
        """Return the mapping with ``column`` given ``role``; another column that had it loses it."""
        kept = {name: held for name, held in self.picks.items() if name != column and held != role}
        return Mapping(self.choice, {**kept, column: role} if role != UNUSED else kept)

    @property
    def by_role(self) -> dict[str, str]:
        """The form a job file takes: role -> column."""
        return {role: column for column, role in self.picks.items()}

    @property
    def missing(self) -> str:
        """What is still to be picked, in a sentence; empty when it is enough."""
        open_roles = [r.title for r in self.choice.roles if r.required and r.id not in self.picks.values()]
        if not open_roles:
            return ""
        return f"Pick which column is: {', '.join(open_roles)}."


def mapping_of(data: DataFound, shape: str = "") -> Mapping | None:
    """Return what the columns of ``data`` are taken for, or could be if ``shape`` is chosen by hand."""
    choice = data.choice(shape or data.shape) or _likeliest(data)
    if choice is None:
        return None
    known = {role.id for role in choice.roles}
    kept = {column: role for role, column in data.mapping.items() if role in known and column in data.columns}
    return Mapping(choice, kept)


def _likeliest(data: DataFound) -> ShapeChoice | None:
    # Nothing was recognised: two or more columns are most often a question and an answer, one is a text.
    wanted = "chat" if len(data.columns) > 1 else "text"
    of_kind = [choice for choice in data.choices if choice.kind == wanted]
    separate = [choice for choice in of_kind if sum(role.required for role in choice.roles) == 2]
    return next(iter(separate or of_kind or list(data.choices)), None)
