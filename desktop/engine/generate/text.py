"""Tokens back to text as they come, never half a character; it knows tokenizers and no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.engine.data.rendering.render import render_chat
from desktop.engine.errors import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_UNFINISHED = "\ufffd"


class TextPieces:
    """Decodes a growing list of tokens; what the pieces say together is what the whole list says."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        """Start before the first token."""
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        # Tokens from _context on are decoded each time: tokenizers that strip a leading space need what came before.
        self._context = 0
        self._shown = 0

    def add(self, token: int) -> str:
        """Return the text that became certain with ``token``; empty while a character lacks bytes."""
        self._ids.append(token)
        before = self._decode(self._context, self._shown)
        through = self._decode(self._context, len(self._ids))
        if through.endswith(_UNFINISHED):
            return ""
        self._context, self._shown = self._shown, len(self._ids)
        return through[len(before) :]

    def rest(self) -> str:
        """Return what is left at the end, without the half of a character that never came."""
        before = self._decode(self._context, self._shown)
        through = self._decode(self._context, len(self._ids))
        self._context, self._shown = self._shown, len(self._ids)
        return through[len(before) :].rstrip(_UNFINISHED)

    def _decode(self, start: int, end: int) -> str:
        return str(
            self._tokenizer.decode(self._ids[start:end], skip_special_tokens=True, clean_up_tokenization_spaces=False)
        )


def end_tokens(tokenizer: PreTrainedTokenizerBase, configured: int | list[int] | None) -> frozenset[int]:
    """Return the tokens that end an answer.

    Args:
        tokenizer: of the model.
        configured: what the model's generation config says, often several.

    Many chat models end a turn with a mark their config does not name; the chat template writes it behind every
    answer, so it is read off there.
    """
    named = configured if isinstance(configured, list) else [configured, tokenizer.eos_token_id]
    found = {id for id in [*named, tokenizer.eos_token_id, _turn_end(tokenizer)] if isinstance(id, int)}
    return frozenset(found)


def _turn_end(tokenizer: PreTrainedTokenizerBase) -> int | None:
    conversation = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    try:
        rendered = render_chat(conversation, tokenizer)
    except UserError:
        return None  # a template that refuses so short a talk; its eos has to do
    trained = [id for id, kept in zip(rendered.input_ids, rendered.labels_mask, strict=True) if kept]
    return trained[-1] if trained and trained[-1] in tokenizer.added_tokens_decoder else None
