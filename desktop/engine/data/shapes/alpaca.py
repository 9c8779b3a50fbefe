"""Alpaca: instruction, optional input, output; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.written import is_plain, opened, text_in
from desktop.engine.data.rows import Kind, Message, Row, RowFault
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text

_NOTHING = (None, "")
_TWO = frozenset(("instruction", "output"))
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
        Role("history", "Earlier turns", required=False, holds="other"),
    )
    order: ClassVar[int] = 30
    flat: ClassVar[tuple[str, ...]] = ("instruction", "output")

    def match(self, sample: Sample) -> Match | None:
        """Take the columns that go by the names of the data set, in any case."""
        lower = sample.by_lower_case
        if "instruction" not in lower or "output" not in lower:
            return None
        mapping = {name: lower[name] for name in _NAMES if name in lower}
        return Match(mapping, f"columns named {' and '.join(_named(mapping))}, as in the Alpaca data set")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return one question, its input below it, and its answer."""
        # Nearly every row is two plain texts and nothing else; an import of a million rows feels each step more.
        asked_for, given = values.get(mapping["instruction"]), values.get(mapping["output"])
        if is_plain(asked_for) and is_plain(given):
            for role, column in mapping.items():
                if role not in _TWO and values.get(column) not in _NOTHING:
                    break
            else:
                return {"messages": [{"role": "user", "content": asked_for}, {"role": "assistant", "content": given}]}
        question = text_in(cell(values, mapping, "instruction"), mapping["instruction"])
        if extra := optional_text(values, mapping, "input"):
            question = f"{question}\n\n{extra}"
        answer = text_in(cell(values, mapping, "output"), mapping["output"])
        asked: list[Message] = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        if past := _history(values, mapping):
            asked = [*past, *asked]
        if system := optional_text(values, mapping, "system"):
            asked.insert(0, {"role": "system", "content": system})
        return {"messages": asked}


def _named(mapping: Mapping[str, str]) -> list[str]:
    return [mapping[name] for name in ("instruction", "output")]


def _history(values: Mapping[str, Any], mapping: Mapping[str, str]) -> list[Message]:
    column = mapping.get("history")
    past = opened(values.get(column)) if column is not None else None
    if not past or column is None:
        return []
    messages: list[Message] = []
    if not isinstance(past, list):
        raise RowFault(f"`{column}` is no list of earlier questions and answers", "wrong_type")
    for index, turn in enumerate(past):
        if not isinstance(turn, list) or len(turn) != 2:
            raise RowFault(f"`{column}[{index}]` is no pair of a question and an answer", "wrong_type")
        messages.append({"role": "user", "content": text_in(turn[0], f"{column}[{index}][0]")})
        messages.append({"role": "assistant", "content": text_in(turn[1], f"{column}[{index}][1]")})
    return messages
