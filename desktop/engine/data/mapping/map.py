"""A mapping written by the user, role to pick, becomes a shape's; it knows neither files nor recognition."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence

from desktop.engine.data.mapping.paths import steps_of
from desktop.engine.data.mapping.picks import columns_of
from desktop.engine.data.shapes import SHAPES
from desktop.engine.data.shapes.base import Match, Shape
from desktop.engine.data.source import Pick
from desktop.engine.errors import RequestError

_SYNONYMS: tuple[frozenset[str], ...] = (
    frozenset({"instruction", "prompt", "question"}),
    frozenset({"output", "completion", "response", "answer"}),
    frozenset({"messages", "conversations", "conversation"}),
    frozenset({"rating", "score"}),
)

EXAMPLES: dict[str, str] = {
    "chat": "{instruction: COLUMN, response: COLUMN}",
    "text": "{text: COLUMN}",
    "label": "{text: COLUMN, label: COLUMN}",
    "pair": "{source: COLUMN, target: COLUMN}",
    "preference": "{prompt: COLUMN, chosen: COLUMN, rejected: COLUMN}",
    "rated": "{prompt: COLUMN, response: COLUMN, rating: COLUMN}",
    "prompt": "{prompt: COLUMN}",
}


def map_columns(
    mapping: Mapping[str, Pick], columns: Sequence[str], kinds: Collection[str] = ()
) -> tuple[Shape, Match]:
    """Return the shape whose roles ``mapping`` fills; raise :class:`RequestError` where none is, or a column is not."""
    for role, pick in mapping.items():
        for name in columns_of(pick):
            if name not in columns and (steps_of(name)[:1] or (name,))[0] not in columns:
                raise _no_such_column(role, name, columns)
    filled = [
        (shape, own)
        for shape in SHAPES.all()
        if (not kinds or shape.kind in kinds) and (own := _in_roles_of(shape, mapping)) is not None
    ]
    if filled:
        shape, own = max(
            filled, key=lambda pair: len(pair[1].keys() & mapping.keys())
        )  # the one called by its own names
        return shape, Match(own, "mapped by hand")
    raise RequestError(
        "bad_mapping",
        f"The mapping names {listed(list(mapping))}, which together make no row to learn from.",
        f"Write one of these: {'; '.join(_examples(kinds))}.",
    )


def needs_mapping(name: str, columns: Sequence[str], kinds: Collection[str]) -> RequestError:
    """Return the refusal for columns whose names say nothing, with the way to map them."""
    return RequestError(
        "needs_mapping",
        f"The columns of {name} are {listed(columns)}; from these names it cannot be told what each one holds.",
        "Say it in the job file under data, or pick it in the wizard's Data step: "
        f"mapping: {' or '.join(_examples(kinds))}.",
    )


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names as a sentence lists them, the tail of a long list counted."""
    shown = [repr(name) for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def _no_such_column(role: str, name: str, columns: Sequence[str]) -> RequestError:
    column = str((steps_of(name) or (name,))[0])
    inside = "" if column == name else f" to look for {name!r} in"
    close = difflib.get_close_matches(column, columns, n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    return RequestError(
        "no_such_column",
        f"The mapping takes {role} from {column!r}, but there is no such column{inside}.{meant}",
        f"The columns are {listed(columns)}.",
    )


def _examples(kinds: Collection[str]) -> list[str]:
    return [example for kind, example in EXAMPLES.items() if not kinds or kind in kinds]


def _in_roles_of(shape: Shape, mapping: Mapping[str, Pick]) -> dict[str, Pick] | None:
    own: dict[str, Pick] = {}
    for role, pick in mapping.items():
        name = next((known.id for known in shape.roles if known.id == role), None)
        name = name or next((known.id for known in shape.roles if _same(known.id, role)), None)
        if name is None or name in own:
            return None
        own[name] = pick
    return own if all(role.id in own for role in shape.roles if role.required) else None


def _same(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _SYNONYMS)
