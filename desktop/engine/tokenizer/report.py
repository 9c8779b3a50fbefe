"""How well a tokenizer fits a text: fertility and what it breaks into bytes; it knows no model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_WORD = re.compile(r"\w+")
_BYTE = re.compile(r"<0x[0-9A-Fa-f]{2}>")
_STARTS = "\u2581\u0120\u010a"
"""Marks for a space or a line break before a word."""


@dataclass(frozen=True)
class Fertility:
    """What a tokenizer makes of some texts.

    Attributes:
        vocabulary: tokens it knows.
        texts: how many texts were counted.
        words: words in them.
        characters: characters in them.
        tokens: tokens made of them.
        per_word: tokens a word; 1.0 means every word is one token.
        per_character: tokens a character.
        single_bytes: share of tokens that are a lone letter or byte within a word.
        unknown: share of tokens that stand for something it does not know.
    """

    vocabulary: int
    texts: int
    words: int
    characters: int
    tokens: int
    per_word: float
    per_character: float
    single_bytes: float
    unknown: float

    def as_dict(self) -> dict[str, Any]:
        """Return the form that crosses a process boundary."""
        return asdict(self)


def report(tokenizer: PreTrainedTokenizerBase, texts: Iterable[str]) -> Fertility:
    """Count what ``tokenizer`` makes of ``texts``."""
    count = words = characters = tokens = single = unknown = 0
    small = _single_pieces(tokenizer)
    for text in texts:
        count += 1
        words += len(_WORD.findall(text))
        characters += len(text)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        tokens += len(ids)
        single += sum(id in small for id in ids)
        unknown += sum(id == tokenizer.unk_token_id for id in ids) if tokenizer.unk_token_id is not None else 0
    return Fertility(
        vocabulary=len(tokenizer),
        texts=count,
        words=words,
        characters=characters,
        tokens=tokens,
        per_word=tokens / words if words else 0.0,
        per_character=tokens / characters if characters else 0.0,
        single_bytes=single / tokens if tokens else 0.0,
        unknown=unknown / tokens if tokens else 0.0,
    )


def advice(found: Fertility) -> str:
    """Return in one sentence whether the tokenizer at hand fits the text."""
    if found.tokens == 0 or found.words == 0:
        return "There are no words in these texts to measure a tokenizer on."
    if found.per_word > 2.5 or found.single_bytes > 0.25 or found.unknown > 0.01:
        return (
            f"This tokenizer breaks your words into {found.per_word:.2f} tokens each: a new one would be shorter, but "
            "the model has to learn its tokens from nothing. Worth it only with much text."
        )
    return f"This tokenizer fits your text ({found.per_word:.2f} tokens a word): keep it."


def compare(before: Fertility, after: Fertility) -> str:
    """Return in one sentence what a new tokenizer changes."""
    if before.tokens == 0 or after.tokens == 0:
        return "There was no text to compare the tokenizers on."
    change = 1 - after.tokens / before.tokens
    words = f"{before.per_word:.2f} tokens a word before, {after.per_word:.2f} after"
    if change >= 0.1:
        return f"The new tokenizer writes your text in {change:.0%} fewer tokens ({words})."
    if change <= -0.02:
        return f"The new tokenizer needs {-change:.0%} more tokens for your text ({words}): keep the old one."
    return f"The new tokenizer changes little ({words}): keeping the old one keeps what the model knows."


def _single_pieces(tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """Return the ids of letters and bytes that stand alone within a word: what a tokenizer spells out.

    Marks, digits and one-letter words are single by nature and say nothing about the fit.
    """
    special = set(tokenizer.all_special_ids)
    return {
        id
        for token, id in tokenizer.get_vocab().items()
        if id not in special and (_BYTE.fullmatch(token) or _is_lone_letter(token.removeprefix("##")))
    }


def _is_lone_letter(piece: str) -> bool:
    return len(piece) == 1 and not (piece.isascii() and not piece.isalpha()) and piece not in _STARTS
