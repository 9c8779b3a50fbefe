"""Prompt and completion, as text or as messages; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.rows import Kind, Message, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, where
from desktop.engine.data.turns import check_conversation, text_in, turns_in


class PromptCompletion(Shape):
    """Rows with a prompt column and a completion column."""

    id: ClassVar[str] = "prompt_completion"
    title: ClassVar[str] = "Prompt and completion"
    summary: ClassVar[str] = "What is asked and what is to be answered, in two columns."
    kind: ClassVar[Kind] = "chat"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Prompt"),
        Role("completion", "Answer, trained"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 18

    def match(self, sample: Sample) -> Match | None:
        """Take columns called prompt and completion."""
        lower = {column.lower(): column for column in sample.columns}
        if "prompt" not in lower or "completion" not in lower:
            return None
        mapping: dict[str, str] = {name: lower[name] for name in ("prompt", "completion", "system") if name in lower}
        return Match(mapping, "columns named prompt and completion")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the prompt's messages followed by the completion's."""
        system: list[Message] = []
        if "system" in mapping:
            text = text_in(values.get(mapping["system"]), where(mapping, "system"), empty=True)
            system = [{"role": "system", "content": text}] if text.strip() else []
        prompt = side(cell(values, mapping, "prompt"), where(mapping, "prompt"), "user")
        completion = side(cell(values, mapping, "completion"), where(mapping, "completion"), "assistant")
        return {"messages": check_conversation([*system, *prompt, *completion], "the conversation")}


def side(value: Any, place: str, role: str) -> list[Message]:
    """Return one side of a row as messages: text becomes one message of ``role``."""
    if isinstance(value, list | dict):
        return turns_in(value, place.strip("`"))
    return [{"role": role, "content": text_in(value, place)}]
