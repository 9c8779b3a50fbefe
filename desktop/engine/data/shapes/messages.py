"""Messages: a list of role and content, as chat services write it; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.rows import Kind, Message, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, where
from desktop.engine.data.turns import are_turns, check_conversation, text_in, turns_in


class Messages(Shape):
    """Rows with one list of messages each."""

    id: ClassVar[str] = "messages"
    title: ClassVar[str] = "Conversations (messages)"
    summary: ClassVar[str] = "A list of messages, each with a role and its content."
    kind: ClassVar[Kind] = "chat"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("messages", "Conversation"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 20

    def match(self, sample: Sample) -> Match | None:
        """Take the one column whose values are lists of role and content."""
        for column in sample.columns:
            value = sample.first(column)
            if are_turns(value) and "role" in value[0]:
                return Match(_mapping(column, sample), f"`{column}` holds lists of messages with role and content")
        return None

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the conversation, checked for the order of its roles."""
        place = where(mapping, "messages").strip("`")
        messages = turns_in(cell(values, mapping, "messages"), place)
        return {"messages": check_conversation(_with_system(values, mapping, messages), place)}


def _mapping(column: str, sample: Sample) -> dict[str, str]:
    mapping = {"messages": column}
    if "system" in sample.columns and isinstance(sample.first("system"), str):
        mapping["system"] = "system"
    return mapping


def _with_system(values: Mapping[str, Any], mapping: Mapping[str, str], messages: list[Message]) -> list[Message]:
    if "system" not in mapping or messages[0]["role"] == "system":
        return messages
    text = text_in(values.get(mapping["system"]), where(mapping, "system"), empty=True)
    return [{"role": "system", "content": text}, *messages] if text.strip() else messages
