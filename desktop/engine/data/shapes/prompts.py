"""Questions alone, as texts or as conversations that end with one; it knows one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from desktop.engine.data.mapping.turn_order import check_question
from desktop.engine.data.mapping.turns import ROLES, seen_turns
from desktop.engine.data.mapping.words import find_column, resembling
from desktop.engine.data.mapping.written import opened
from desktop.engine.data.rows import Kind, Row
from desktop.engine.data.shapes.base import Match, Role, Sample, Shape, cell, optional_text
from desktop.engine.data.shapes.prompt_completion import side
from desktop.engine.data.shapes.question_answer import ANSWER, QUESTION

_NAMES = ("prompt", "question", "instruction", "query", "request")
_SAID = (
    *ANSWER, "chosen", "rejected", "preferred", "label", "labels", "class", "target", "rating", "score", "reward",
    "thumb", "thumbs", "tag", "messages", "conversations", "text", "summary",
)  # fmt: skip
"""What a column is called that holds more than questions: such rows are of another kind."""
_BESIDE = (
    "id",
    "uid",
    "context",
    "url",
    "source",
    "system",
    "topic",
    "category",
    "kind",
    "language",
    "lang",
    "subject",
)


class Prompts(Shape):
    """Rows that ask and hold no answer."""

    id: ClassVar[str] = "prompts"
    title: ClassVar[str] = "Questions alone"
    summary: ClassVar[str] = "A question in each row, as text or as messages up to it, and no answer."
    kind: ClassVar[Kind] = "prompt"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("prompt", "Question", holds="either"),
        Role("system", "System prompt", required=False),
    )
    order: ClassVar[int] = 16
    flat: ClassVar[tuple[str, ...]] = ("prompt",)

    def match(self, sample: Sample) -> Match | None:
        """Take a column that asks beside none that could answer, or messages of which none ends with an answer."""
        if (column := _ending_in_question(sample)) is not None:
            return Match({"prompt": column} | _system(sample), f"what is said in `{column}` ends with a question")
        texts = [column for column in sample.columns if sample.is_text(column)]
        column = find_column(texts, _NAMES)
        if column is None or resembling([name for name in sample.columns if name != column], _SAID):
            return None
        rest = [name for name in texts if name != column and not resembling([name], _BESIDE)]
        if any(sample.most(name, _is_prose) for name in rest) or resembling(rest, QUESTION):
            return None
        return Match({"prompt": column} | _system(sample), f"`{column}` asks, and no column answers")

    def row(self, values: Mapping[str, Any], mapping: Mapping[str, str]) -> Row:
        """Return the messages up to where the answer would stand."""
        prompt = side(cell(values, mapping, "prompt"), mapping["prompt"], "user")
        if prompt[0]["role"] != "system" and (system := optional_text(values, mapping, "system")):
            prompt.insert(0, {"role": "system", "content": system})
        return {"prompt": check_question(prompt, mapping["prompt"])}


def _ending_in_question(sample: Sample) -> str | None:
    for column in sample.columns:
        turns = [found for value in sample.values.get(column, []) if (found := seen_turns(value))]
        if turns:
            asks = all(
                ROLES.get(str(found[-1].get("role") or found[-1].get("from")).lower()) == "user" for found in turns
            )
            others = [name for name in sample.columns if name != column]
            return column if asks and not resembling(others, _SAID) else None
    return None


def _system(sample: Sample) -> dict[str, str]:
    lower = sample.by_lower_case
    name = next((lower[name] for name in ("system", "system_prompt") if name in lower), None)
    return {"system": name} if name is not None and sample.is_text(name) else {}


def _is_prose(value: Any) -> bool:
    return isinstance(value, str) and " " in value.strip() and opened(value) is value
