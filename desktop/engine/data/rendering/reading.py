"""A text as a model sees it that only has to read it: its tokens between the marks of beginning and end.

Training and prediction both come through here; it knows tokenizers, and nothing of labels or models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from desktop.engine.data.rendering.render import render_many
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def read_many(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> Iterator[list[int] | RequestError]:
    """Yield the tokens of each text, or the reason why it has none."""
    rows = ({"text": text, "label": ""} for text in texts)
    for rendered in render_many(rows, "label", tokenizer):
        yield rendered if isinstance(rendered, RequestError) else rendered.input_ids


def shortened(ids: list[int], longest: int, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return at most ``longest`` of the tokens; the end mark stays, for a generator's head reads at the last token."""
    if len(ids) <= longest:
        return ids
    ends = ids[-1] in (tokenizer.eos_token_id, tokenizer.sep_token_id)
    return [*ids[: longest - 1], ids[-1]] if ends else ids[:longest]
