"""Trains a tokenizer on the user's own text; it knows neither models nor files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from desktop.engine.data.rendering.templates import FALLBACK, template_named
from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

Kind: TypeAlias = Literal["bpe", "wordpiece", "unigram"]

NAMES: dict[str, dict[str, str]] = {
    "bpe": {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"},
    "wordpiece": {
        "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]",
    },
    "unigram": {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"},
}  # fmt: skip
"""The special tokens each kind gets where there is no tokenizer to take them from."""


def train_tokenizer(
    texts: Iterable[str],
    kind: Kind,
    vocabulary: int,
    like: PreTrainedTokenizerBase | None = None,
    progress: Callable[[int], None] | None = None,
) -> PreTrainedTokenizerFast:
    """Return a tokenizer learned from ``texts``.

    Args:
        texts: what it learns from, read once.
        kind: ``bpe`` (bytes, never an unknown token), ``wordpiece`` or ``unigram``.
        vocabulary: how many tokens it may have, special ones included.
        like: a tokenizer whose special tokens, chat template and input names it keeps.
        progress: called with the number of texts read so far; what it raises ends the training.
    """
    from transformers import PreTrainedTokenizerFast

    named, extra = _special_tokens(kind, like)
    special = list(dict.fromkeys([*named.values(), *extra]))
    smallest = len(special) + (256 if kind == "bpe" else 32)
    if vocabulary < smallest:
        raise RequestError(
            "vocabulary_too_small",
            f"A vocabulary of {vocabulary:,} has no room for the {len(special)} special tokens and single characters.",
            f"Take at least {smallest}.",
        )
    counted = _Counted(texts, progress)
    tokenizer = _trained(counted, kind, vocabulary, special, named)
    if counted.characters == 0:
        raise RequestError("no_text", "There is no text to train a tokenizer on.", "Choose data with text in it.")
    if kind == "wordpiece":
        _frame(tokenizer, named)
    made = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, additional_special_tokens=[t for t in extra if t not in named.values()], **named
    )
    _keep(made, like)
    return made


class _Counted:
    """Passes texts on, counts them and tells how far it is.

    Attributes:
        characters: how many have passed.
    """

    def __init__(self, texts: Iterable[str], progress: Callable[[int], None] | None) -> None:
        self._texts = texts
        self._progress = progress
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        for number, text in enumerate(self._texts, start=1):
            self.characters += len(text)
            if self._progress is not None and number % 256 == 0:
                self._progress(number)
            yield text


def _trained(texts: Iterable[str], kind: Kind, vocabulary: int, special: list[str], named: dict[str, str]) -> Tokenizer:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    common: dict[str, Any] = {"vocab_size": vocabulary, "special_tokens": special, "show_progress": False}
    trainer: Any
    if kind == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(min_frequency=2, initial_alphabet=alphabet, **common)
    elif kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token=named["unk_token"]))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(min_frequency=2, **common)
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(unk_token=named["unk_token"], **common)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _special_tokens(kind: Kind, like: PreTrainedTokenizerBase | None) -> tuple[dict[str, str], list[str]]:
    """Return the special tokens by their part, and those that only stand in the template."""
    if like is None:
        return dict(NAMES[kind]), []
    named = {part: token for part, token in like.special_tokens_map.items() if isinstance(token, str)}
    if kind != "bpe":  # these two meet characters they have never seen; bytes cover everything
        named.setdefault("unk_token", NAMES[kind]["unk_token"])
    return named, [*like.all_special_tokens, *like.get_added_vocab()]


def _frame(tokenizer: Tokenizer, named: dict[str, str]) -> None:
    """Put the marks an encoder expects round every text."""
    from tokenizers import processors

    start, end = named.get("cls_token"), named.get("sep_token")
    if start is None or end is None:
        return
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} $B:1 {end}:1",
        special_tokens=[(mark, tokenizer.token_to_id(mark)) for mark in (start, end)],
    )


def _keep(made: PreTrainedTokenizerFast, like: PreTrainedTokenizerBase | None) -> None:
    """Carry over what a new vocabulary does not change; the library's own retraining loses it."""
    if like is None:
        if made.mask_token:
            made.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]  # encoders tell two texts apart
        else:
            made.chat_template = template_named(FALLBACK)
        return
    made.chat_template = like.chat_template
    made.model_input_names = list(like.model_input_names)
    made.padding_side = like.padding_side
    if like.model_max_length < 10**9:
        made.model_max_length = like.model_max_length
