"""One conversation out of any of the ways people write them down; it knows neither columns nor files."""

from __future__ import annotations

import json
from typing import Any

from desktop.engine.data.rows import Message, RowFault

ROLES = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "prompter": "user", "customer": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant", "chatbot": "assistant",
    "tool": "tool", "observation": "tool", "function": "tool",
}  # fmt: skip
_ROLE_KEYS = ("role", "from")
_CONTENT_KEYS = ("content", "value", "text")


def text_in(value: Any, where: str, *, empty: bool = False) -> str:
    """Return ``value`` as text; numbers are written out, anything else is a fault told with ``where``."""
    if value is None or (isinstance(value, float) and value != value):
        value = ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = json.dumps(value)
    if not isinstance(value, str):
        raise RowFault(f"{where} holds {_name_of(value)} where text was expected")
    if not value.strip() and not empty:
        raise RowFault(f"{where} is empty")
    if "\0" in value:
        raise RowFault(f"{where} holds a NUL character, which no text has")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise RowFault(f"{where} holds half a character (a lone surrogate)")
    return value


def turns_in(value: Any, where: str) -> list[Message]:
    """Return the messages of a list of turns, whatever their keys and roles are called."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):  # a CSV cell that holds the list as JSON
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise RowFault(f"{where} holds text that is no list of messages") from error
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise RowFault(f"{where} holds {_name_of(value)} where a list of messages was expected")
    if not value:
        raise RowFault(f"{where} is an empty list")
    return [_message(turn, f"{where}[{index}]") for index, turn in enumerate(value)]


def is_turn(value: Any) -> bool:
    """Tell whether ``value`` looks like one message."""
    return isinstance(value, dict) and any(k in value for k in _ROLE_KEYS) and any(k in value for k in _CONTENT_KEYS)


def are_turns(value: Any) -> bool:
    """Tell whether ``value`` looks like a list of messages."""
    return isinstance(value, list) and bool(value) and is_turn(value[0])


def check_conversation(messages: list[Message], where: str) -> list[Message]:
    """Return ``messages`` if a model can learn an answer from them; say at which message they go wrong."""
    before = "start"
    for index, message in enumerate(messages):
        role = message["role"]
        if fault := _out_of_order(before, role):
            raise RowFault(f"{where}[{index}] {fault}")
        before = role
    if before != "assistant":
        raise RowFault(f"{where} ends with a message of the {before}, so there is no answer to learn")
    return messages


def _out_of_order(before: str, role: str) -> str | None:
    if role == "system" and before != "start":
        return "is a system message in the middle of a conversation"
    if role == "assistant" and before in ("start", "system"):
        return "is an answer that no question precedes"
    if role == before and role in ("user", "assistant"):
        return f"is the second message of the {role} in a row"
    if role == "tool" and before in ("start", "system", "user"):
        return "is a tool's result that no answer asked for"
    return None


def _message(turn: Any, where: str) -> Message:
    if not isinstance(turn, dict):
        raise RowFault(f"{where} holds {_name_of(turn)} where a message was expected")
    role_key = next((key for key in _ROLE_KEYS if key in turn), None)
    if role_key is None:
        raise RowFault(f"`{where}.role` is missing")
    role = ROLES.get(str(turn[role_key]).strip().lower())
    if role is None:
        raise RowFault(
            f"`{where}.{role_key}` is {str(turn[role_key])[:40]!r}, which is no role (user, assistant, system)"
        )
    content_key = next((key for key in _CONTENT_KEYS if key in turn), None)
    if content_key is None:
        raise RowFault(f"`{where}.content` is missing")
    return {"role": role, "content": text_in(_joined(turn[content_key], where), f"`{where}.{content_key}`")}


def _joined(content: Any, where: str) -> Any:
    """Return a list of text parts as one text; anything else is left as it is."""
    if not isinstance(content, list):
        return content
    parts = []
    for part in content:
        if isinstance(part, dict) and part.get("type", "text") == "text" and isinstance(part.get("text"), str):
            parts.append(part["text"])
        elif isinstance(part, str):
            parts.append(part)
        else:
            raise RowFault(f"`{where}.content` has a part that is no text (an image or a sound)")
    return "".join(parts)


def _name_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {dict: "an object", list: "a list", str: "text", bytes: "raw bytes", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")
