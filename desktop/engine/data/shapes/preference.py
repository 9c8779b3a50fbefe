"""Preference pairs: a prompt with a better and a worse answer; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.rows import Kind, Message, Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, where
from desktop.engine.data.shapes.prompt_completion import side
from desktop.engine.data.turns import are_turns, check_conversation, text_in
from desktop.engine.data.words import find_column

_PROMPTS = ("prompt", "question", "instruction", "query")


class Preference(Shape):
    """Rows whose prompt stands in a column of its own; answers are text, a message or a list of them."""

    id: ClassVar[str] = "preference"
    title: ClassVar[str] = "Preference pairs"
    summary: ClassVar[str] = "A prompt with the answer that was chosen and the one that was rejected."
    kind: ClassVar[Kind] = "preference"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Prompt"),
        Role("input", "Input", required=False),
        Role("chosen", "Better answer"),
        Role("rejected", "Worse answer"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 10

    def match(self, sample: Sample) -> Match | None:
        """Take columns called chosen and rejected beside one that asks."""
        if not has_both_answers(sample):
            return None
        prompt = find_column(sample.columns, _PROMPTS, taken=("chosen", "rejected"))
        if prompt is None or are_turns(sample.first(prompt)):  # that is the ShareGPT-shaped one
            return None
        mapping = {"prompt": prompt, "chosen": "chosen", "rejected": "rejected"}
        mapping |= {name: name for name in ("input", "system") if isinstance(sample.first(name), str)}
        return Match(mapping, f"columns named chosen and rejected, and `{prompt}` asks")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the prompt's messages and both answers'."""
        prompt = side(cell(values, mapping, "prompt"), where(mapping, "prompt"), "user")
        if extra := _optional(values, mapping, "input"):
            prompt[-1] = {**prompt[-1], "content": f"{prompt[-1]['content']}\n\n{extra}"}
        if system := _optional(values, mapping, "system"):
            prompt.insert(0, {"role": "system", "content": system})
        chosen = side(cell(values, mapping, "chosen"), where(mapping, "chosen"), "assistant")
        rejected = side(cell(values, mapping, "rejected"), where(mapping, "rejected"), "assistant")
        return preference_row(prompt, chosen, rejected)


def preference_row(prompt: list[Message], chosen: list[Message], rejected: list[Message]) -> Row:
    """Return the canonical row; the answers repeat the prompt in some data sets, so a shared start is cut off."""
    if len(chosen) > len(prompt) and len(rejected) > len(prompt):
        start = len(prompt)
        if chosen[:start] == prompt and rejected[:start] == prompt:
            chosen, rejected = chosen[start:], rejected[start:]
    check_conversation([*prompt, *chosen], "prompt and chosen answer")
    check_conversation([*prompt, *rejected], "prompt and rejected answer")
    if chosen == rejected:
        raise RowFault("the chosen and the rejected answer are the same")
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def has_both_answers(sample: Sample) -> bool:
    """Tell whether there is a chosen and a rejected column."""
    return "chosen" in sample.columns and "rejected" in sample.columns


def _optional(values: Mapping[str, Any], mapping: Mapping[str, str], role: str) -> str:
    if role not in mapping:
        return ""
    text = text_in(values.get(mapping[role]), where(mapping, role), empty=True)
    return text if text.strip() else ""
