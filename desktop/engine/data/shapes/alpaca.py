"""Alpaca: instruction, optional input, output; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.rows import Kind, Message, Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, where
from desktop.engine.data.turns import text_in

_NAMES = ("instruction", "input", "output", "system", "history")


class Alpaca(Shape):
    """Rows as the Alpaca data set writes them."""

    id: ClassVar[str] = "alpaca"
    title: ClassVar[str] = "Alpaca instructions"
    summary: ClassVar[str] = "An instruction, sometimes an input to work on, and the output."
    kind: ClassVar[Kind] = "chat"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("instruction", "Prompt"),
        Role("input", "Input", required=False),
        Role("output", "Answer, trained"),
        Role("system", "System prompt", required=False),
        Role("history", "Earlier turns", required=False),
    )
    order: ClassVar[int] = 30

    def match(self, sample: Sample) -> Match | None:
        """Take the columns that go by the names of the data set, in any case."""
        lower = {column.lower(): column for column in sample.columns}
        if "instruction" not in lower or "output" not in lower:
            return None
        mapping = {name: lower[name] for name in _NAMES if name in lower}
        return Match(mapping, "columns named instruction and output, as in the Alpaca data set")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return one question, its input below it, and its answer."""
        messages: list[Message] = []
        if "system" in mapping and mapping["system"] in values:
            system = text_in(values[mapping["system"]], where(mapping, "system"), empty=True)
            if system.strip():
                messages.append({"role": "system", "content": system})
        messages += _history(values, mapping)
        question = text_in(cell(values, mapping, "instruction"), where(mapping, "instruction"))
        if "input" in mapping and mapping["input"] in values:
            extra = text_in(values[mapping["input"]], where(mapping, "input"), empty=True)
            question = f"{question}\n\n{extra}" if extra.strip() else question
        answer = text_in(cell(values, mapping, "output"), where(mapping, "output"))
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        return {"messages": messages}


def _history(values: Mapping[str, Any], mapping: Mapping[str, str]) -> list[Message]:
    past = values.get(mapping["history"]) if "history" in mapping else None
    if not past:
        return []
    messages: list[Message] = []
    place = where(mapping, "history")
    if not isinstance(past, list):
        raise RowFault(f"{place} is no list of earlier questions and answers")
    for index, turn in enumerate(past):
        if not isinstance(turn, list) or len(turn) != 2:
            raise RowFault(f"{place}[{index}] is no pair of a question and an answer")
        messages.append({"role": "user", "content": text_in(turn[0], f"{place}[{index}][0]")})
        messages.append({"role": "assistant", "content": text_in(turn[1], f"{place}[{index}][1]")})
    return messages
