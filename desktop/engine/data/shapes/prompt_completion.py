"""Prompt and completion, as text or as messages; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.tool_calls import tools_in
from desktop.engine.data.mapping.turn_order import check_conversation
from desktop.engine.data.mapping.turns import is_turn, seen_turns, turns_in
from desktop.engine.data.mapping.written import opened, text_in
from desktop.engine.data.rows import Kind, Message, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text
from desktop.engine.data.shapes.messages import beside_conversation

_JSON = frozenset("[{")


class PromptCompletion(Shape):
    """Rows with a prompt column and a completion column."""

    id: ClassVar[str] = "prompt_completion"
    title: ClassVar[str] = "Prompt and completion"
    summary: ClassVar[str] = "What is asked and what is to be answered, in two columns."
    kind: ClassVar[Kind] = "chat"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Prompt", holds="either"),
        Role("completion", "Answer, trained", holds="either"),
        Role("system", "System prompt", required=False),
        Role("tools", "Tools that can be called", required=False, holds="tools"),
    )
    order: ClassVar[int] = 19
    flat: ClassVar[tuple[str, ...]] = ("prompt", "completion")

    def match(self, sample: Sample) -> Match | None:
        """Take columns called prompt and completion."""
        lower = sample.by_lower_case
        if "prompt" not in lower or "completion" not in lower:
            return None
        mapping = {"prompt": lower["prompt"], "completion": lower["completion"]} | beside_conversation(sample)
        return Match(mapping, f"columns named {mapping['prompt']} and {mapping['completion']}")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the prompt's messages followed by the completion's."""
        asked, answer = cell(values, mapping, "prompt"), cell(values, mapping, "completion")
        if type(asked) is str and type(answer) is str and asked[:1] not in _JSON and answer[:1] not in _JSON:
            messages: list[Message] = [
                {"role": "user", "content": text_in(asked, mapping["prompt"])},
                {"role": "assistant", "content": text_in(answer, mapping["completion"])},
            ]
            if len(mapping) == 2:
                return {"messages": messages}
        else:
            messages = [*side(asked, mapping["prompt"], "user"), *side(answer, mapping["completion"], "assistant")]
        if "system" in mapping and (system := optional_text(values, mapping, "system")):
            messages.insert(0, {"role": "system", "content": system})
        row: Row = {"messages": check_conversation(messages, "the conversation")}
        if "tools" in mapping and (tools := tools_in(values.get(mapping["tools"]), mapping["tools"])):
            row["tools"] = tools
        return row


def side(value: Any, place: str, role: str) -> list[Message]:
    """Return one side of a row as messages: text becomes one message of ``role``."""
    if isinstance(value, list | dict):
        return turns_in(value, place)
    # A cell of a CSV holds messages as JSON; a text that only begins like that stays a text.
    if isinstance(value, str) and value[:1] in _JSON:
        inside = opened(value)
        if is_turn(inside) or seen_turns(inside):
            return turns_in(inside, place)
    return [{"role": role, "content": text_in(value, place)}]
