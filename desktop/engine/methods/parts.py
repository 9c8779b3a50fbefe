"""Which part of a model a parameter belongs to, told by its name; it knows no method and loads nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

Part = Literal["attention", "feed-forward", "norms", "embeddings", "head"]

# ``model.layers.0.``, ``transformer.h.0.``, ``encoder.block.0.layer.1.``: the first number counts the blocks.
_BLOCK = re.compile(r"^(?P<stem>.*?(?:layers|layer|blocks|block|h))\.(?P<number>\d+)\.")
# ``input_layernorm``, ``ln_1``, ``LayerNorm``, ``q_norm``, ``norm1``.
_NORM = re.compile(r"(^|[._])(\w*norm\d*|ln\d?|ln_\w+)\.(weight|bias)$", re.IGNORECASE)
_ATTENTION = re.compile(r"attn|attention", re.IGNORECASE)
_HEAD = re.compile(r"^((lm_head|embed_out|cls|generator_\w+|vocab_\w+|predictions|head)\.|decoder\.(weight|bias)$)")
_HEAD_MATRIX = re.compile(
    r"^(embed_out|generator_lm_head|vocab_projector|(lm_head\.|cls\.predictions\.|predictions\.)?decoder|lm_head)\.weight$"
)
_TOKENS = re.compile(r"(^|\.)(embed_tokens|wte|word_embeddings|shared|embed_in|tok_embeddings)\.weight$")


def part_of(name: str) -> Part:
    """Return the part the parameter ``name`` belongs to; a norm is a norm wherever it stands."""
    if _NORM.search(name):
        return "norms"
    block = _BLOCK.match(name)
    if block is not None:
        return "attention" if _ATTENTION.search(name[block.end() :]) else "feed-forward"
    return "head" if _HEAD.match(name) else "embeddings"


def in_blocks(names: Iterable[str], last: int | None = None) -> set[str]:
    """Return the names inside blocks: of each stack, the ``last`` ones only where a number is given."""
    kept: set[str] = set()
    for numbered in _stacks(names).values():
        first = 0 if last is None else max(number for number, _ in numbered) + 1 - last
        kept.update(name for number, name in numbered if number >= first)
    return kept


def depth(names: Iterable[str]) -> int:
    """Return the blocks of the deepest stack."""
    return max((number + 1 for numbered in _stacks(names).values() for number, _ in numbered), default=0)


def _stacks(names: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in names:
        if block := _BLOCK.match(name):
            found[block["stem"]].append((int(block["number"]), name))
    return found


def token_embedding(names: Iterable[str]) -> str | None:
    """Return the name of the matrix that turns tokens into vectors."""
    return next((name for name in names if _TOKENS.search(name)), None)


def has_own_head(names: Iterable[str]) -> bool:
    """Tell whether the matrix that turns vectors into tokens is one of its own, not the embedding again."""
    return any(_HEAD_MATRIX.match(name) for name in names)
