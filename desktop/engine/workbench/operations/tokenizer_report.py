"""The tokenizer operation: how well a tokenizer fits the user's text, and what a new one would change.

It loads tokenizers, never a model.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from desktop.engine.job import TokenizerChoice
from desktop.engine.workbench.base import Operation, Reply
from desktop.engine.workbench.subjects import DataParams, data_of, tokenizer_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class TokenizerParams(DataParams):
    """What is asked.

    Attributes:
        model: whose tokenizer is there before.
        tokenizer: kept, or trained anew with these settings.
        most: texts to measure on at most.
    """

    model: str = "starter"
    tokenizer: TokenizerChoice = TokenizerChoice()
    most: int = Field(default=2000, ge=1)


class TokenizerReport(Operation):
    """Measures the model's tokenizer on the user's text, and a freshly trained one beside it where asked."""

    id: ClassVar[str] = "tokenizer_report"
    title: ClassVar[str] = "Measuring the tokenizer"
    summary: ClassVar[str] = "Tokens a word before and after, and which words fall apart."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return ``before``, ``after`` (or none), a ``sentence``, and ``examples`` of words in pieces."""
        from desktop.engine.data.texts import texts_of
        from desktop.engine.tokenizer.report import advice, compare, report

        asked = TokenizerParams.model_validate(params)
        texts = list(texts_of(data_of(DataParams(source=asked.source, kinds=asked.kinds), reply).rows))
        measured = texts[:: -(-len(texts) // asked.most)]
        old = tokenizer_of(asked.model, reply)
        before = report(old, measured)
        result: dict[str, Any] = {"before": before.as_dict(), "after": None, "sentence": advice(before)}
        new = None
        if asked.tokenizer.action == "train":
            new = _train(asked, texts, old, reply)
            after = report(new, measured)
            result |= {"after": after.as_dict(), "sentence": compare(before, after)}
        words = _hardest_words(measured, old)
        result["examples"] = [
            {"word": word, "before": _pieces(old, word), "after": _pieces(new, word) if new is not None else None}
            for word in words
        ]
        return result


def _train(
    asked: TokenizerParams, texts: list[str], like: PreTrainedTokenizerBase, reply: Reply
) -> PreTrainedTokenizerBase:
    from desktop.engine.tokenizer.train import train_tokenizer

    def tell(read: int) -> None:
        reply.check()
        reply.stream({"what": "Training the tokenizer", "done": read, "total": len(texts)})

    return train_tokenizer(texts, asked.tokenizer.kind, asked.tokenizer.vocabulary, like, tell)


def _hardest_words(texts: list[str], tokenizer: PreTrainedTokenizerBase, most: int = 8) -> list[str]:
    """Return the frequent words that the tokenizer breaks into the most pieces."""
    frequent = Counter(word for text in texts for word in re.findall(r"[^\W\d_]{3,}", text)).most_common(500)
    return sorted((word for word, _ in frequent), key=lambda word: -len(_pieces(tokenizer, word)))[:most]


def _pieces(tokenizer: PreTrainedTokenizerBase, word: str) -> list[str]:
    ids: Any = tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
    return [str(tokenizer.decode([id])) for id in ids]
