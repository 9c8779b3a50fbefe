"""A family of models as one tree from the oldest to the youngest, ready to be drawn and to be read out; no widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from desktop.engine.models.kin import BASE, Kin

_SPACE, _LINE, _FORK, _END = "   ", "│  ", "├─ ", "└─ "


@dataclass(frozen=True)
class Member:
    """One model of the tree.

    Attributes:
        ref: what a job says to name it.
        title: what people read.
        own: whether it is the model the tree was asked for.
        made: how it was made, in a line; where nothing is known of that, so said.
        with_others: the models that took part beside its base, in a line; mostly empty.
        measure: the figure it is judged by, before and after; empty where nothing was measured.
        data: file name and short fingerprint of what it learned from.
        there: whether it can be used.
        problem: what is to be said against it, in a sentence: it is gone, or its weights were changed.
        rails: for each level above it, whether a line runs down past it; the last tells whether a younger sibling
            follows. Empty for the oldest.
        children: whether younger ones follow below it.
    """

    ref: str
    title: str
    own: bool
    made: str
    with_others: str
    measure: str
    data: tuple[tuple[str, str], ...]
    there: bool
    problem: str
    rails: tuple[bool, ...] = ()
    children: bool = False

    @property
    def depth(self) -> int:
        """How many older ones stand above it."""
        return len(self.rails)

    @property
    def state(self) -> tuple[str, str]:
        """Word and tone of its mark; empty for the usual."""
        if self.own:
            return "this model", "accent"
        if not self.there:
            return "not here", "warn"
        return ("changed since", "warn") if self.problem else ("", "")

    @property
    def spoken(self) -> str:
        """All of it in sentences, for whoever does not see the drawing."""
        parts = [
            self.title + (f", {self.state[0]}" if self.state[0] else ""),
            self.made,
            self.with_others,
            self.measure,
        ]
        if self.data:
            parts.append("Learned from " + ", ".join(name for name, _ in self.data))
        parts.append(self.problem)
        return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def members_from(result: dict[str, Any]) -> list[Member]:
    """Return the tree of what the lineage operation found, the oldest first, children below their base."""
    model = Kin.from_dict(result.get("model"))
    if model is None:
        return []
    tree = _Tree()
    tree.take(model)
    for one in result.get("tuned") or ():
        kin = Kin.from_dict(one)
        if kin is not None:
            tree.take_younger(kin, model.ref)
    return list(tree.walk(model.ref))


def text_of(members: list[Member]) -> str:
    """Return the tree in plain text, to paste somewhere."""
    lines = []
    for member in members:
        above = "".join(_LINE if runs else _SPACE for runs in member.rails[:-1])
        edge = (_FORK if member.rails[-1] else _END) if member.rails else ""
        state = f" ({member.state[0]})" if member.state[0] else ""
        lines.append(f"{above}{edge}{member.title}{state}")
        below = above + ((_LINE if member.rails[-1] else _SPACE) if member.rails else "")
        below += _LINE if member.children else _SPACE
        said = [member.made, member.with_others, member.measure, member.problem]
        said += [f"{name}  SHA-256 {digest}" for name, digest in member.data]
        lines += [f"{below}{line}" for line in said if line]
    return "\n".join(lines)


class _Tree:
    """Members by name, each below its base: a model that took part twice stands there once."""

    def __init__(self) -> None:
        self._kin: dict[str, Kin] = {}
        self._children: dict[str, list[str]] = {}
        self._parent: dict[str, str] = {}
        self._others: dict[str, list[str]] = {}

    def take(self, kin: Kin) -> None:
        """Take in a model and all it was made from."""
        if kin.ref not in self._kin or not kin.again:
            self._kin[kin.ref] = kin
        for one in kin.further:
            if one.role == BASE:
                self._place(kin.ref, one.ref)
            else:
                self._others.setdefault(kin.ref, []).append(f"{one.role}: {one.title}")
            known = self._kin.get(one.ref)
            self.take(one)
            if known is not None and one.again:
                self._kin[one.ref] = replace(known, changed=known.changed or one.changed)

    def take_younger(self, kin: Kin, parent: str) -> None:
        """Take in what was made from ``parent``, and from that."""
        self._kin.setdefault(kin.ref, kin)
        if kin.role != BASE:
            title = self._kin[parent].title
            self._others.setdefault(kin.ref, []).append(f"{kin.role}: {title}")
        self._place(kin.ref, parent)
        for one in kin.further:
            self.take_younger(one, kin.ref)

    def walk(self, own: str) -> Iterator[Member]:
        """Yield the members, each followed by its children."""
        for ref in [ref for ref in self._kin if ref not in self._parent]:
            yield from self._from(ref, own, ())

    def _place(self, child: str, parent: str) -> None:
        """Put a model below its base, unless it has one or stands above it already: a loop must stay a tree."""
        above: str | None = parent
        while above is not None and above != child:
            above = self._parent.get(above)
        if child not in self._parent and above is None:
            self._parent[child] = parent
            self._children.setdefault(parent, []).append(child)

    def _from(self, ref: str, own: str, rails: tuple[bool, ...]) -> Iterator[Member]:
        children = self._children.get(ref, [])
        yield _member(self._kin[ref], ref == own, rails, self._others.get(ref, []), children=bool(children))
        for place, child in enumerate(children):
            yield from self._from(child, own, (*rails, place < len(children) - 1))


def _member(kin: Kin, own: bool, rails: tuple[bool, ...], others: list[str], *, children: bool) -> Member:
    made = kin.made
    problem = kin.problem
    if not problem and kin.changed:
        problem = "Its weights are not those that were tuned: they were changed or replaced since."
    return Member(
        ref=kin.ref,
        title=kin.title,
        own=own,
        made=made.words if made is not None else "" if rails else "Where it comes from is not known to Fettle",
        with_others="; ".join(dict.fromkeys(others)),
        measure=made.figure.words if made is not None and made.figure is not None else "",
        data=tuple((file.name, file.short) for file in made.data) if made is not None else (),
        there=kin.there,
        problem=problem,
        rails=rails,
        children=children,
    )
