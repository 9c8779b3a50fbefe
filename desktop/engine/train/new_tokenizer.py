"""Gives a model a tokenizer trained on the job's own text; new tokens start from the old pieces they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch

from desktop.engine.job import TokenizerChoice
from desktop.engine.tokenizer.train import train_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_MARKS = ("bos_token_id", "eos_token_id", "pad_token_id")


def with_new_tokenizer(
    model: Any,
    old: PreTrainedTokenizerBase,
    choice: TokenizerChoice,
    texts: Iterable[str],
    told: Callable[[str, int, int], None],
) -> tuple[Any, Any]:
    """Return ``model`` with new embeddings and the tokenizer that goes with them.

    A new token starts as the mean of the rows of its text's old pieces. The library's own way, the mean of all rows,
    would start every token at the same place.
    """
    new = train_tokenizer(
        texts, choice.kind, choice.vocabulary, old, lambda done: told("texts read for the tokenizer", done, 0)
    )
    pieces = [_old_pieces(token, new, old) for token in new.convert_ids_to_tokens(list(range(len(new))))]
    tables = [model.get_input_embeddings(), model.get_output_embeddings()]
    starts = [
        None if table is None or table.weight is (tables[0].weight if index else None)
        else _means(table.weight.detach(), pieces)
        for index, table in enumerate(tables)
    ]  # fmt: skip
    model.resize_token_embeddings(len(new), mean_resizing=False)
    for table, start in zip((model.get_input_embeddings(), model.get_output_embeddings()), starts, strict=True):
        if start is not None:
            with torch.no_grad():
                table.weight.copy_(start)
    for mark in _MARKS:
        setattr(model.config, mark, getattr(new, mark))
        setattr(model.generation_config, mark, getattr(new, mark))
    return model, new


def _old_pieces(token: str, new: Any, old: Any) -> list[int]:
    """Return what the old tokenizer makes of the text of one new token."""
    if token in new.all_special_tokens:
        known = old.convert_tokens_to_ids(token)
        return [known] if known is not None and known != old.unk_token_id else []
    text = new.convert_tokens_to_string([token])
    return list(old(text, add_special_tokens=False)["input_ids"]) if text else []


def _means(rows: torch.Tensor, pieces: list[list[int]]) -> torch.Tensor:
    average = rows.mean(dim=0)
    return torch.stack([rows[ids].mean(dim=0) if ids else average for ids in pieces])
