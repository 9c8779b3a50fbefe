"""The form for values that come from elsewhere than one column: what is typed for each role, read back; no widget."""

from __future__ import annotations

from collections.abc import Mapping as Lines
from dataclasses import dataclass
from typing import Literal, cast, get_args

from desktop.engine.data.source import Constant, Join, Pick
from desktop.engine.errors import RequestError

Way = Literal["none", "column", "constant", "join"]
WAYS: dict[Way, str] = {
    "none": "Not used",
    "column": "A column, or a place inside one",
    "constant": "The same text in every row",
    "join": "Several columns as one text",
}
SPEAKERS = ("user", "assistant", "system", "tool")


@dataclass(frozen=True)
class PickForm:
    r"""What is typed for one role.

    Attributes:
        way: where its value comes from.
        text: the column or path, the constant, or the columns to join, parted by commas.
        between: what stands between joined columns; ``\n`` is a line feed.
    """

    way: Way
    text: str = ""
    between: str = "\\n\\n"


def form_of(pick: Pick | None) -> PickForm:
    """Return the form that says ``pick``."""
    if pick is None:
        return PickForm("none")
    if isinstance(pick, Constant):
        return PickForm("constant", pick.constant)
    if isinstance(pick, Join):
        return PickForm("join", ", ".join(pick.join), pick.between.replace("\n", "\\n"))
    return PickForm("column", pick)


def pick_of(form: PickForm, role: str) -> Pick | None:
    """Return what ``form`` says of the role called ``role``.

    Raises:
        RequestError: something is missing in it.
    """
    if form.way == "none":
        return None
    if form.way == "constant":
        return Constant(constant=form.text)
    names = tuple(name.strip() for name in form.text.split(",") if name.strip())
    if not names:
        raise RequestError("no_pick", f"{role}: no column is named.", "Choose one, or take it as not used.")
    if form.way == "join":
        return Join(join=names, between=form.between.replace("\\n", "\n"))
    return form.text.strip()


def lines_of(values: Lines[str, str]) -> str:
    """Return names and what they become as lines ``human = user``."""
    return "\n".join(f"{name} = {meaning}" for name, meaning in values.items())


def values_of(text: str, what: str, allowed: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what lines ``human = user`` say.

    Raises:
        RequestError: a line has no ``=``, or says something that is not ``allowed``.
    """
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, sign, meaning = (part.strip() for part in line.rpartition("="))
        if not sign or not name or not meaning:
            raise RequestError("bad_line", f"{what}, line {number}: write name = meaning.", "As in: human = user")
        if allowed and meaning not in allowed:
            raise RequestError(
                "bad_line", f"{what}, line {number}: {meaning} is no role.", f"There are {', '.join(allowed)}."
            )
        found[name] = meaning
    return found


def way_named(id: str) -> Way:
    """Return the way called ``id``, ``none`` where there is none."""
    return cast("Way", id) if id in get_args(Way) else "none"
