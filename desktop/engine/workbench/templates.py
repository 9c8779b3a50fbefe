"""The chat template a request asks for, tried out before it is rendered here; it knows no operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.engine.data.rendering.templates import chosen, trusted
from desktop.engine.data.rows import Message, Row
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def template_for(choice: str | None, tokenizer: PreTrainedTokenizerBase) -> str | None:
    """Return the template that ``choice`` names or is, safe to render here; ``None`` for the model's own."""
    from desktop.engine.data.rendering.template_trial import vet

    template = chosen(choice)
    if template is not None and not trusted(template):
        vet(template, tokenizer.special_tokens_map)
    return template


def tried_on(template: str, row: Row, messages: list[Message], tokenizer: PreTrainedTokenizerBase) -> str:
    """Return what ``template`` writes for one conversation, rendered in a child; raise where it cannot."""
    from desktop.engine.data.rendering.template_trial import try_out

    values: dict[str, Any] = {**tokenizer.special_tokens_map, "messages": messages, "tools": row.get("tools") or None}
    (tried,) = try_out(template, [values])
    if tried.fault is not None:
        raise RequestError("template_refuses", tried.fault, "Correct the template, or choose another.")
    return tried.text


def conversation_of(row: Row, kind: str) -> list[Message] | None:
    """Return the messages of a row, of a pair with its better answer; ``None`` where it is no conversation."""
    if kind == "chat":
        return list(row["messages"])
    if kind == "preference":
        return [*row["prompt"], *row["chosen"]]
    if kind == "prompt":
        return list(row["prompt"])
    return [*row["prompt"], *row["completion"]] if kind == "rated" else None
