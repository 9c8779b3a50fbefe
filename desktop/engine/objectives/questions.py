"""Questions a model answers by itself while it learns: read off rows of any kind and rendered; it knows no reward."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.objectives.intake import TOO_LONG, Intake, LeftOutError
from desktop.engine.objectives.store import TokenStore

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from desktop.engine.data.rendering.rendered import Rendered
    from desktop.engine.data.rows import Message, Row
    from desktop.engine.errors import RequestError
    from desktop.engine.objectives.base import Prepared

LEAST_ROOM = 8  # tokens for an answer at least


def question_of(row: Row) -> tuple[list[Message], str]:
    """Return what a row of any kind asks, and the answer that stands in it; empty where none does."""
    if "prompt" in row:
        chosen = row.get("chosen") or []
        return list(row["prompt"]), str(chosen[-1]["content"]) if chosen else ""
    messages = row["messages"]
    last = max(
        (place for place, message in enumerate(messages) if message["role"] == "assistant"), default=len(messages)
    )
    return list(messages[:last]), str(messages[last]["content"]) if last < len(messages) else ""


def questions(
    rows: Sequence[Row],
    tokenizer: PreTrainedTokenizerBase,
    intake: Intake,
    *,
    most: int,
    longest: int,
    staging: Path | None,
) -> Dataset:
    """Return the questions of ``rows``; one that leaves no room for an answer is left out and counted.

    Columns: ``prompt_ids``, tokens up to where the answer begins; ``room``, tokens it may have; ``prompt``, the
    conversation as JSON; ``reference``, the answer that stands in the row.

    Args:
        rows: of any kind that asks something.
        tokenizer: of the model, with its template.
        intake: counts.
        most: tokens an answer may have at most.
        longest: tokens question and answer may have together.
        staging: where a large set is kept.
    """
    from desktop.engine.data.rendering.render import render_many
    from desktop.engine.errors import RequestError

    asked: list[tuple[str, str]] = []
    kept: list[tuple[str, str]] = []

    def plain() -> Iterator[Row]:
        for row in rows:
            prompt, reference = question_of(row)
            asked.append((json.dumps(prompt), reference))
            yield {"prompt": prompt, "tools": row.get("tools")}

    def with_words() -> Iterator[tuple[Rendered, tuple[str, str]] | RequestError]:
        for place, rendered in enumerate(render_many(plain(), "prompt", tokenizer)):
            yield rendered if isinstance(rendered, RequestError) else (rendered, asked[place])

    def tokenised(taken: tuple[Rendered, tuple[str, str]]) -> list[dict[str, Any]]:
        rendered, words = taken
        room = min(most, longest - len(rendered.input_ids))
        if room < min(LEAST_ROOM, most):
            raise LeftOutError(TOO_LONG)
        kept.append(words)
        return [{"prompt_ids": rendered.input_ids, "room": room}]

    made = intake.take(with_words(), tokenised, TokenStore("prompt_ids", numbers=("room",), folder=staging))
    made = made.add_column("prompt", [prompt for prompt, _ in kept])
    return made.add_column("reference", [reference for _, reference in kept])


def longest_with_answer(prepared: Prepared) -> int:
    """Return the tokens of the longest question with the room for its answer."""
    import pyarrow.compute as pc

    if not len(prepared.train):
        return 0
    columns = prepared.train.data
    lengths = pc.list_value_length(columns.column("prompt_ids"))
    return int(pc.max(pc.add(lengths, columns.column("room"))).as_py())


def said(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what is asked, and the answers beside it."""
    for row in rows:
        prompt, reference = question_of(row)
        yield from (message["content"] for message in prompt)
        if reference:
            yield reference


def behind_soft_prompts(objective: str, method: str) -> str:
    """Return why answers cannot be sampled many at a time behind the vectors of ``method``."""
    return (
        f"{objective} lets the model answer many questions at once, and behind the learned vectors of {method} "
        "questions of different lengths cannot stand side by side. Choose LoRA, or another."
    )
