"""Preference pairs: a prompt with a better and a worse answer; it knows one row at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.transcript import is_transcript
from desktop.engine.data.mapping.turn_order import check_conversation
from desktop.engine.data.mapping.turns import are_turns, is_turn
from desktop.engine.data.mapping.words import find_column, resembling
from desktop.engine.data.mapping.written import opened
from desktop.engine.data.rows import Kind, Message, Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text
from desktop.engine.data.shapes.prompt_completion import side

PROMPTS = ("prompt", "question", "instruction", "query", "input")
_BETTER = ("chosen", "preferred", "preferred_output", "better", "accepted")
_WORSE = ("rejected", "dispreferred", "non_preferred_output", "worse", "refused")


class Preference(Shape):
    """Rows whose prompt stands in a column of its own; answers are text, a message or a list of them."""

    id: ClassVar[str] = "preference"
    title: ClassVar[str] = "Preference pairs"
    summary: ClassVar[str] = "A prompt with the answer that was chosen and the one that was rejected."
    kind: ClassVar[Kind] = "preference"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Prompt", holds="either"),
        Role("input", "Input", required=False),
        Role("chosen", "Better answer", holds="either"),
        Role("rejected", "Worse answer", holds="either"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 10
    exclusive: ClassVar[bool] = True

    def match(self, sample: Sample) -> Match | None:
        """Take columns called chosen and rejected beside one that asks in plain text."""
        mapping = self.columns(sample)
        prompt = opened(sample.first(mapping["prompt"])) if mapping else None
        if not mapping or are_turns(prompt) or are_transcripts(sample, mapping["prompt"]):
            return None
        if isinstance(prompt, dict) and not is_turn(prompt):
            return None
        return Match(
            mapping, f"columns named {mapping['chosen']} and {mapping['rejected']}, and `{mapping['prompt']}` asks"
        )

    def columns(self, sample: Sample) -> dict[str, str]:
        """Return the columns by what their names say, none where one is lacking."""
        answers = both_answers(sample)
        prompt = find_column(sample.columns, PROMPTS, taken=answers or ())
        if answers is None or prompt is None:
            return {}
        mapping = {"prompt": prompt, "chosen": answers[0], "rejected": answers[1]}
        return mapping | {name: name for name in ("input", "system") if name != prompt and sample.is_text(name)}

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the prompt's messages and both answers'."""
        prompt = self.asked(cell(values, mapping, "prompt"), mapping["prompt"])
        if extra := optional_text(values, mapping, "input"):
            prompt[-1] = {**prompt[-1], "content": f"{prompt[-1]['content']}\n\n{extra}"}
        if system := optional_text(values, mapping, "system"):
            prompt.insert(0, {"role": "system", "content": system})
        chosen = side(cell(values, mapping, "chosen"), mapping["chosen"], "assistant")
        rejected = side(cell(values, mapping, "rejected"), mapping["rejected"], "assistant")
        return preference_row(prompt, chosen, rejected)

    def asked(self, value: Any, place: str) -> list[Message]:
        """Return the messages of the prompt."""
        return side(value, place, "user")


def preference_row(prompt: list[Message], chosen: list[Message], rejected: list[Message]) -> Row:
    """Return the canonical row; the answers repeat the prompt in some data sets, so a shared start is cut off."""
    if len(chosen) > len(prompt) and len(rejected) > len(prompt):
        start = len(prompt)
        if chosen[:start] == prompt and rejected[:start] == prompt:
            chosen, rejected = chosen[start:], rejected[start:]
    check_conversation([*prompt, *chosen], "prompt and chosen answer")
    check_conversation([*prompt, *rejected], "prompt and rejected answer")
    if chosen == rejected:
        raise RowFault("the chosen and the rejected answer are the same", "same_answers")
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def both_answers(sample: Sample) -> tuple[str, str] | None:
    """Return the columns of the better and the worse answer, text or messages in both."""
    able = [column for column in resembling(sample.columns, (*_BETTER, *_WORSE)) if _is_answer(sample.first(column))]
    # In a CSV a score is text too; only where both answers are numbers there is no other choice.
    able = [column for column in able if not sample.most(column, _is_number)] or able
    better = find_column(able, _BETTER, taken=[c for c in able if find_column([c], _WORSE) is not None])
    worse = find_column(able, _WORSE, taken=[better] if better else ())
    return None if better is None or worse is None else (better, worse)


def are_transcripts(sample: Sample, column: str) -> bool:
    """Tell whether most values of ``column`` are whole conversations written as one text."""
    return sample.most(column, lambda value: isinstance(value, str) and is_transcript(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", value) is not None


def _is_answer(value: Any) -> bool:
    return isinstance(value, str) or is_turn(value) or are_turns(opened(value))
