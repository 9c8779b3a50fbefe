"""Mends the values of one record where a fault has a cure that loses nothing that is learned; it knows no policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop.engine.data.checks.characters import Characters
from desktop.engine.data.mapping.turn_order import in_order, joined_turns
from desktop.engine.data.mapping.turns import is_turn, seen_turns, turns_in
from desktop.engine.data.mapping.written import as_json, opened
from desktop.engine.data.rows import Message, RowFault
from desktop.engine.data.shapes.base import Role, Shape

_CONTENT_KEYS = ("content", "value", "text")
_clean = Characters().mended


def can_mend(check: str) -> bool:
    """Tell whether faults of ``check`` have a cure at all."""
    return check in _CURES


def mend(check: str, values: Mapping[str, Any], mapping: Mapping[str, str], shape: Shape) -> Mapping[str, Any] | None:
    """Return ``values`` with faults of ``check`` mended, ``None`` where nothing can be.

    What is mended once stays as it is when mended again.

    Args:
        check: id of the check the record fails.
        values: the record, or what was picked from it.
        mapping: role -> name of its value.
        shape: how the rows are written down.
    """
    cure = _CURES.get(check)
    if cure is None:
        return None
    roles = {role.id: role for role in shape.roles if mapping.get(role.id) in values}
    picked = {id: _unfolded(values[mapping[id]], role) for id, role in roles.items()}
    mended = {mapping[id]: value for id, value in cure(picked, roles).items() if value != picked[id]}
    return {**values, **mended} if mended else None


def _without_odd_characters(picked: dict[str, Any], _: Mapping[str, Role]) -> dict[str, Any]:
    return {id: _cleaned(value) for id, value in picked.items()}


def _as_text(picked: dict[str, Any], roles: Mapping[str, Role]) -> dict[str, Any]:
    return {id: _written(value, roles[id]) for id, value in picked.items()}


def _ordered(picked: dict[str, Any], roles: Mapping[str, Role]) -> dict[str, Any]:
    """Put the conversations of a row in order: each whole one by itself, a prompt together with what answers it."""
    found = {id: messages for id, value in picked.items() if (messages := _messages(value, roles[id]))}
    prompt = found.pop("prompt", None)
    if prompt is None:
        ordered = {id: in_order(messages) for id, messages in found.items()}
    elif len(found) == 1:
        ((id, answer),) = found.items()
        whole = in_order([*prompt, *answer])
        changed = whole != [*prompt, *answer] and _stands(id, whole)
        ordered = {"prompt": whole[:-1], id: whole[-1:]} if changed else {}
    else:
        ordered = {"prompt": _question(prompt), **{id: _answer(messages, prompt) for id, messages in found.items()}}
        found["prompt"] = prompt
    return {id: messages for id, messages in ordered.items() if messages != found.get(id) and _stands(id, messages)}


def _stands(id: str, messages: list[Message]) -> bool:
    """Tell whether what was put in order is what the role needs: a prompt, or something that ends in an answer."""
    return bool(messages) and (id == "prompt" or messages[-1]["role"] == "assistant")


def _messages(value: Any, role: Role) -> list[Message]:
    """Return the messages of a role that holds some; none where it does not, or where they have another fault."""
    if role.holds not in ("turns", "either"):
        return []
    if role.holds == "either" and isinstance(value, str):
        return [{"role": "user" if role.id == "prompt" else "assistant", "content": value}] if value.strip() else []
    try:
        return turns_in(value, role.id)
    except RowFault:
        return []


def _question(prompt: list[Message]) -> list[Message]:
    """Return a prompt that two answers follow in order; one that ends with an answer stays as it is."""
    if prompt[-1]["role"] not in ("user", "tool"):
        return prompt
    # An answer at the end keeps the question before it from being left out.
    return in_order([*prompt, {"role": "assistant", "content": "-"}])[:-1]


def _answer(messages: list[Message], prompt: list[Message]) -> list[Message]:
    """Return what follows a prompt in order; where it repeats the prompt, it is a whole conversation."""
    if messages[: len(prompt)] == prompt and len(messages) > len(prompt):
        return in_order(messages)
    joined = joined_turns(messages)
    return joined[:-1] if len(joined) > 1 and joined[-1]["role"] == "user" else joined


def _unfolded(value: Any, role: Role) -> Any:
    """Return the turns a text holds as JSON: what is wrong inside them cannot be seen from outside."""
    if role.holds in ("turns", "either") and isinstance(value, str):
        inside = opened(value)
        return inside if is_turn(inside) or seen_turns(inside) else value
    return opened(value) if role.holds in ("tools", "other") else value


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return {name: _cleaned(one) for name, one in value.items()} if isinstance(value, dict) else value


def _written(value: Any, role: Role) -> Any:
    if role.holds in ("turns", "either"):
        if is_turn(value):
            return _turn_as_text(value)
        if isinstance(value, list) and value and all(map(is_turn, value)):
            return [_turn_as_text(turn) for turn in value]
    if role.holds not in ("text", "either", "label") or value is None or isinstance(value, str | bytes):
        return value
    if isinstance(value, bool | list | dict):
        return as_json(value)
    return value if isinstance(value, int | float) else str(value)


def _turn_as_text(turn: dict[str, Any]) -> dict[str, Any]:
    key = next((key for key in _CONTENT_KEYS if key in turn), None)
    # A list is parts of a message; what is no text among them is an image or a sound, which no text stands for.
    return {**turn, key: as_json(turn[key])} if key and isinstance(turn[key], bool | dict) else turn


_CURES: Mapping[str, Callable[[dict[str, Any], Mapping[str, Role]], dict[str, Any]]] = {
    "characters": _without_odd_characters,
    "wrong_type": _as_text,
    "role_order": _ordered,
}
