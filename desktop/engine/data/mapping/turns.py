"""One conversation out of any of the ways people write them down; it knows neither columns nor files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.engine.data.mapping.tool_calls import calls_in, spoken_calls
from desktop.engine.data.mapping.transcript import is_transcript, transcript_in
from desktop.engine.data.mapping.written import as_json, is_whole, name_of, opened, text_in
from desktop.engine.data.rows import Message, RowFault

ROLES = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "prompter": "user", "customer": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant", "chatbot": "assistant",
    "chatgpt": "assistant", "bing": "assistant", "bard": "assistant",
    "tool": "tool", "observation": "tool", "function": "tool", "tool_response": "tool", "function_response": "tool",
    "ipython": "tool",
    "function_call": "call", "tool_call": "call",
}  # fmt: skip
"""What speakers are called -> who they are; ``call`` is an assistant that writes down what it calls."""

_ROLE_KEYS = ("role", "from")
_CONTENT_KEYS = ("content", "value", "text")
_CALL_KEYS = ("tool_calls", "function_call")
_PLAIN = {name: role for name, role in ROLES.items() if role != "call"}


def turns_in(value: Any, place: str) -> list[Message]:
    """Return the messages of a list of turns, whatever their keys and roles are called."""
    if type(value) is not list:
        value = _as_list(value, place)
    if not value:
        raise RowFault(f"`{place}` is an empty list", "empty")
    messages: list[Message] = []
    for index, turn in enumerate(value):
        # Nearly every turn is a role that is known and a text that is in order; all else takes the longer way.
        if type(turn) is dict and len(turn) == 2:
            role = turn.get("role") or turn.get("from")
            content = turn.get("content") or turn.get("value")
            if (
                type(role) is str
                and type(content) is str
                and role in _PLAIN
                and "\0" not in content
                and (content.isascii() or is_whole(content))
                and not content.isspace()
            ):
                messages.append({"role": _PLAIN[role], "content": content})
                continue
        if (message := _message(turn, f"{place}[{index}]")) is not None:
            messages.append(message)
    if not messages:
        raise RowFault(f"`{place}` holds nothing but an empty system prompt", "empty")
    return messages


def seen_turns(value: Any) -> list[dict[str, Any]]:
    """Return the turns in ``value``, also in JSON, as they stand there; none where it looks like something else."""
    value = opened(value)
    return value if isinstance(value, list) and value and is_turn(value[0]) else []


def is_turn(value: Any) -> bool:
    """Tell whether ``value`` looks like one message."""
    return (
        isinstance(value, dict)
        and any(key in value for key in _ROLE_KEYS)
        and any(key in value for key in (*_CONTENT_KEYS, *_CALL_KEYS))
    )


def are_turns(value: Any) -> bool:
    """Tell whether ``value`` looks like a list of messages."""
    return bool(seen_turns(value))


def renamed(value: Any, speakers: Mapping[str, str]) -> Any:
    """Return turns with their speakers called what ``speakers`` (names in lower case) says; anything else as it is."""
    if isinstance(value, list):
        return [renamed(turn, speakers) if isinstance(turn, dict) else turn for turn in value]
    if isinstance(value, dict):
        key = next((key for key in _ROLE_KEYS if key in value), None)
        role = speakers.get(str(value[key]).strip().lower()) if key else None
        return {**value, key: role} if role else value
    return value


def _as_list(value: Any, place: str) -> list[Any]:
    if isinstance(value, str) and is_transcript(value):
        return transcript_in(value)
    inside = opened(value)
    if isinstance(inside, dict):
        # Arrow files keep a list of turns as one list of roles beside one of contents.
        lists = [one for one in inside.values() if isinstance(one, list)]
        key = next((key for key in _ROLE_KEYS if isinstance(inside.get(key), list)), None)
        if key is None:
            return [inside]
        return [
            {name: one[index] for name, one in inside.items() if isinstance(one, list) and index < len(one)}
            for index in range(max(map(len, lists)))
        ]
    if isinstance(inside, list):
        return inside
    if value is None or (isinstance(value, str) and not value.strip()):
        raise RowFault(f"`{place}` is empty", "empty")
    raise RowFault(f"`{place}` holds {name_of(value)} where a list of messages was expected", "wrong_type")


def _message(turn: Any, place: str) -> Message | None:
    """Return one message in any of its forms, ``None`` for a system prompt with nothing in it."""
    if not isinstance(turn, dict):
        raise RowFault(f"`{place}` holds {name_of(turn)} where a message was expected", "wrong_type")
    role_key = next((key for key in _ROLE_KEYS if turn.get(key) is not None), None)
    if role_key is None:
        raise RowFault(f"`{place}.role` is missing", "missing")
    role = ROLES.get(str(turn[role_key]).strip().lower())
    if role is None:
        raise RowFault(
            f"`{place}.{role_key}` is {str(turn[role_key])[:40]!r}, which is no role (user, assistant, system, tool)",
            "unknown_role",
        )
    content_key = next((key for key in _CONTENT_KEYS if key in turn), None)
    content = turn[content_key] if content_key else None
    if role == "call":
        return {"role": "assistant", "content": "", "tool_calls": spoken_calls(content, place)}
    calls = calls_in(turn, place) if role == "assistant" else []
    if content_key is None and not calls:
        raise RowFault(f"`{place}.content` is missing", "missing")
    at = f"{place}.{content_key or 'content'}"
    if role == "tool" and isinstance(content, dict):
        content = as_json(content)
    empty = bool(calls) or role in ("system", "tool")
    text = text_in(_joined(content, at, lenient=role == "tool"), at, empty=empty)
    if role == "system" and not text.strip():
        return None
    message: Message = {"role": role, "content": text}
    if calls:
        message["tool_calls"] = calls
    if role == "tool" and isinstance(turn.get("name"), str) and turn["name"].strip():
        message["name"] = text_in(turn["name"], f"{place}.name")
    return message


def _joined(content: Any, place: str, *, lenient: bool) -> Any:
    """Return a list of text parts as one text; anything else is left as it is.

    A tool may answer with any list at all, which is then written out (``lenient``).
    """
    if not isinstance(content, list):
        return content
    parts = []
    for part in content:
        if isinstance(part, dict) and part.get("type", "text") == "text" and isinstance(part.get("text"), str):
            parts.append(part["text"])
        elif isinstance(part, str):
            parts.append(part)
        elif lenient:
            return as_json(content)
        else:
            kind = str(part.get("type", "")) if isinstance(part, dict) else ""
            what = f"a part of the type {kind[:40]!r}" if kind else "a part"
            raise RowFault(f"`{place}` has {what} that is no text (an image or a sound)", "wrong_type")
    return "".join(parts)
