"""KTO on whole conversations: messages and a thumb up or down for the last answer; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.turn_order import check_conversation
from desktop.engine.data.mapping.turns import are_turns, turns_in
from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text
from desktop.engine.data.shapes.kto import thumb, thumb_column


class KtoConversation(Shape):
    """Rows with one conversation each whose last answer was liked or was not."""

    id: ClassVar[str] = "kto_conversation"
    title: ClassVar[str] = "Conversations with a thumb up or down"
    summary: ClassVar[str] = "A list of messages, and whether its last answer is wanted."
    kind: ClassVar[Kind] = "rated"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("messages", "Conversation", holds="turns"),
        Role("label", "Thumb up or down", holds="label"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 15
    exclusive: ClassVar[bool] = True

    def match(self, sample: Sample) -> Match | None:
        """Take a column of turns beside a column of true and false."""
        label = thumb_column(sample)
        turns = [column for column in sample.columns if are_turns(sample.first(column))]
        if label is None or len(turns) != 1:  # a prompt and a completion as messages are two
            return None
        mapping = {"messages": turns[0], "label": label}
        if sample.is_text("system"):
            mapping["system"] = "system"
        return Match(mapping, f"`{label}` says whether the last answer of `{turns[0]}` is wanted")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return what came before the last answer as the prompt."""
        rating = thumb(cell(values, mapping, "label"), mapping["label"])
        place = mapping["messages"]
        messages = turns_in(cell(values, mapping, "messages"), place)
        if messages[0]["role"] != "system" and (system := optional_text(values, mapping, "system")):
            messages.insert(0, {"role": "system", "content": system})
        check_conversation(messages, place)
        return {"prompt": messages[:-1], "completion": messages[-1:], "rating": rating}
