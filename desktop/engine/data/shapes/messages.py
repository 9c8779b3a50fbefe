"""Messages: a list of role and content, as chat services write it; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.tool_calls import are_tools, tools_in
from desktop.engine.data.mapping.turn_order import check_conversation
from desktop.engine.data.mapping.turns import seen_turns, turns_in
from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text


class Messages(Shape):
    """Rows with one list of messages each."""

    id: ClassVar[str] = "messages"
    title: ClassVar[str] = "Conversations (messages)"
    summary: ClassVar[str] = "A list of messages, each with a role and its content, sometimes with tools to call."
    kind: ClassVar[Kind] = "chat"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("messages", "Conversation", holds="turns"),
        Role("system", "System prompt", required=False),
        Role("tools", "Tools that can be called", required=False, holds="tools"),
    )
    order: ClassVar[int] = 20

    def match(self, sample: Sample) -> Match | None:
        """Take the first column whose values are lists of role and content."""
        for column in sample.columns:
            turns = seen_turns(sample.first(column))
            if turns and "role" in turns[0]:
                mapping = {"messages": column} | beside_conversation(sample)
                return Match(mapping, f"`{column}` holds lists of messages with role and content{_tools(mapping)}")
        return None

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the conversation, checked for the order of its roles."""
        place = mapping["messages"]
        messages = turns_in(cell(values, mapping, "messages"), place)
        if len(mapping) == 1:
            return {"messages": check_conversation(messages, place)}
        if messages[0]["role"] != "system" and (system := optional_text(values, mapping, "system")):
            messages.insert(0, {"role": "system", "content": system})
        row: Row = {"messages": check_conversation(messages, place)}
        if "tools" in mapping and (tools := tools_in(values.get(mapping["tools"]), mapping["tools"])):
            row["tools"] = tools
        return row


def beside_conversation(sample: Sample) -> dict[str, str]:
    """Return the columns that add to a conversation: a system prompt, tools that can be called."""
    mapping: dict[str, str] = {}
    lower = sample.by_lower_case
    system = next((lower[name] for name in ("system", "system_prompt") if name in lower), None)
    if system is not None and isinstance(sample.first(system), str):
        mapping["system"] = system
    tools = next((lower[name] for name in ("tools", "functions") if name in lower), None)
    if tools is not None and are_tools(sample.first(tools)):
        mapping["tools"] = tools
    return mapping


def _tools(mapping: Mapping[str, str]) -> str:
    return f", `{mapping['tools']}` what they can call" if "tools" in mapping else ""
