"""The family of a model: what it was made from, how, and what was made from it; it knows no torch and loads no weight.

Everything comes from the small file each model of ours carries (``fettle.json``). A model also carries the tree of its
base as it was when it was made, so that the tree stays whole where a base was deleted or the model was taken elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from desktop import paths
from desktop.engine.errors import RequestError
from desktop.engine.methods import METHODS
from desktop.engine.models.fingerprint import fingerprint
from desktop.engine.models.kin import BASE, DEEPEST, DataFile, Family, Figure, Kin, Making
from desktop.engine.models.library import RUN_PREFIX, ModelRef, available, read_lineage, resolve
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.options import fields_of


def family(ref: str) -> Family:
    """Return the family of the model that ``ref`` names; raise :class:`RequestError` where there is none such."""
    own = resolve(ref)
    return Family(_kin(own.ref, "", "", None, set(), 0), _descendants(own))


def ancestry(lineage: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the trees of all that ``lineage`` names, as they are now, in the form a model carries along."""
    return [kin.as_dict() for kin in _from(lineage, set(), 0)]


def kept(ref: ModelRef) -> Path:
    """Return the folder that is the model's own: of an adapter its adapter."""
    return ref.adapter or ref.folder


def making(lineage: Mapping[str, Any]) -> Making | None:
    """Return how a model was made from what its ``fettle.json`` holds; ``None`` where that tells nothing."""
    if not lineage.get("method") and not lineage.get("objective"):
        return None
    objective, method = str(lineage.get("objective", "")), str(lineage.get("method", ""))
    data = lineage.get("data")
    steps = lineage.get("steps")
    return Making(
        objective=objective,
        objective_title=_title(OBJECTIVES, objective),
        method=method,
        method_title=_title(METHODS, method),
        steps=steps if isinstance(steps, int) else 0,
        run=str(lineage.get("run", "")),
        data=tuple(DataFile(str(name), str(digest)) for name, digest in data.items()) if isinstance(data, dict) else (),
        figure=_figure(objective, lineage.get("metrics")),
    )


def others(lineage: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the models that took part beside the base, as (role, name): those the objective's options name."""
    options = lineage.get("objective_options")
    if not isinstance(options, Mapping):
        return []
    try:
        fields = fields_of(OBJECTIVES.get(str(lineage.get("objective", ""))).options)
    except RequestError:
        fields = []
    titles = {field.name: field.label for field in fields}
    declared = {field.name for field in fields if field.holds.split(":")[0] == "model"}
    found: dict[str, str] = {}
    for name, value in options.items():
        if name in declared and isinstance(value, str) and value:
            found.setdefault(value, titles[name])
        for word in _runs_named(value, 0):  # rules with options of their own lie deeper
            found.setdefault(word, titles.get(str(name), str(name)))
    return [(role, ref) for ref, role in found.items()]


def _kin(
    ref: str, folder: str, role: str, was: str | None, seen: set[str], depth: int, recorded: Kin | None = None
) -> Kin:
    """Return one model with all it was made from.

    Args:
        ref: its name; ``folder`` is where it lay, for when the name leads nowhere.
        folder: see there.
        role: what it was to the model before it.
        was: the fingerprint its weights had then.
        seen: the models already in the tree, so that a loop ends and nothing is told twice.
        depth: how deep it stands.
        recorded: the tree that the model before it carries along.
    """
    own, problem = _found(ref, folder)
    if own is None:
        named = recorded or Kin(ref, _name(ref))
        return dataclasses.replace(_gone(named), role=role, problem=problem)
    key = str(own.resolve())
    lineage = read_lineage(own)
    kin = Kin(
        ref=ref, title=_name(ref), role=role, there=not problem, problem=problem, changed=_changed(own, was),
        again=key in seen, made=making(lineage),
    )  # fmt: skip
    if kin.again or depth >= DEEPEST:
        return kin
    seen.add(key)
    return dataclasses.replace(kin, further=tuple(_from(lineage, seen, depth)))


def _from(lineage: Mapping[str, Any], seen: set[str], depth: int) -> Iterator[Kin]:
    carried = lineage.get("ancestry")
    trees = [Kin.from_dict(one) for one in (carried if isinstance(carried, list) else ())]
    recorded = {tree.ref: tree for tree in trees if tree is not None}
    base = str(lineage.get("base") or "")
    if base:
        was = lineage.get("base_fingerprint")
        was = was if isinstance(was, str) and was else None
        yield _kin(base, str(lineage.get("base_folder", "")), BASE, was, seen, depth + 1, recorded.get(base))
    for role, ref in others(lineage):
        yield _kin(ref, "", role, None, seen, depth + 1, recorded.get(ref))


def _found(ref: str, folder: str) -> tuple[Path | None, str]:
    """Return a model's own folder and why it cannot be used; no folder where it is gone."""
    try:
        return kept(resolve(ref)), ""
    except RequestError as error:
        problem = error.message
    try:
        return kept(resolve(folder)) if folder else None, "" if folder else problem
    except RequestError:
        pass
    # An adapter whose base is gone cannot be used, but still tells what it came from.
    own = paths.runs() / ref.removeprefix(RUN_PREFIX) / "model" if ref.startswith(RUN_PREFIX) else Path(folder or ref)
    inside = not ref.startswith(RUN_PREFIX) or paths.is_inside(own, paths.runs())
    return (own if inside and read_lineage(own) else None), problem


def _gone(kin: Kin) -> Kin:
    """Return a recorded tree as it stands where its models cannot be looked at: each is looked for by its name."""
    own, problem = _found(kin.ref, "")
    return dataclasses.replace(
        kin, there=own is not None and not problem, problem=problem, changed=None,
        further=tuple(_gone(one) for one in kin.further),
    )  # fmt: skip


def _descendants(own: ModelRef) -> tuple[Kin, ...]:
    """Return what was made from ``own`` among the models at hand, and from those, and so on."""
    made_from: dict[str, list[tuple[str, ModelRef, dict[str, Any]]]] = {}
    for ref in available():
        lineage = read_lineage(kept(ref))
        parents = [(BASE, str(lineage.get("base", "")), str(lineage.get("base_folder", "")))]
        parents += [(role, name, "") for role, name in others(lineage)]
        for role, name, folder in parents:
            found = _found(name, folder)[0] if name else None
            if found is not None:
                made_from.setdefault(str(found.resolve()), []).append((role, ref, lineage))
    return _below(str(kept(own).resolve()), made_from, {str(kept(own).resolve())})


def _below(
    key: str, made_from: Mapping[str, list[tuple[str, ModelRef, dict[str, Any]]]], seen: set[str]
) -> tuple[Kin, ...]:
    found = []
    for role, ref, lineage in made_from.get(key, ()):
        next_key = str(kept(ref).resolve())
        again = next_key in seen
        seen.add(next_key)
        further = () if again else _below(next_key, made_from, seen)
        found.append(Kin(ref.ref, _name(ref.ref), role, again=again, made=making(lineage), further=further))
    return tuple(found)


def _changed(folder: Path, was: str | None) -> bool | None:
    now = fingerprint(folder) if was else ""
    return now != was if now else None


def _figure(objective: str, metrics: Any) -> Figure | None:
    if not isinstance(metrics, Mapping):
        return None
    try:
        measures = OBJECTIVES.get(objective).measures
    except RequestError:
        return None
    before, after = (metrics.get(when) for when in ("before", "after"))
    old: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
    new: Mapping[str, Any] = after if isinstance(after, Mapping) else {}
    for measure in measures:
        value, was = new.get(measure.key), old.get(measure.key)
        if isinstance(value, int | float):
            start = float(was) if isinstance(was, int | float) else None
            return Figure(measure.title, start, float(value), measure.share, measure.better)
    return None


def _runs_named(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(RUN_PREFIX):
        yield value
    elif isinstance(value, Mapping | list | tuple) and depth < DEEPEST:
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _runs_named(one, depth + 1)


def _title(registry: Any, id: str) -> str:
    try:
        return str(registry.get(id).title)
    except RequestError:
        return id


def _name(ref: str) -> str:
    if ref.startswith(RUN_PREFIX):
        return ref.removeprefix(RUN_PREFIX)
    try:
        return resolve(ref).title
    except RequestError:
        return Path(ref).name or ref
