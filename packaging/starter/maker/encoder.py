"""The small encoder: BERT's architecture, trained to guess hidden words of the world's texts; it knows no decoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import BertConfig, BertForMaskedLM, set_seed

from desktop.engine.objectives.mlm import Mlm
from desktop.engine.tokenizer.train import train_tokenizer
from maker.documents import corpus
from maker.fitting import Fitted, Recipe, fit

SEED = 21
RECIPE = Recipe(steps=1500, batch=64, length=64, learning_rate=3e-3)
DOCUMENTS = 97_000
VOCABULARY = 3072
INPUTS = ("input_ids", "token_type_ids", "attention_mask")


def texts(count: int) -> Iterator[str]:
    """Yield what is said in the world, without chat marks: an encoder reads, it does not talk."""
    for document in corpus(count, SEED):
        yield document if isinstance(document, str) else " ".join(message["content"] for message in document)


def build(folder: Path) -> Fitted:
    """Train tokenizer and encoder, and write them to ``folder``."""
    found = list(texts(DOCUMENTS))
    tokenizer = train_tokenizer(found, "wordpiece", VOCABULARY)
    tokenizer.model_max_length = 256
    tokenizer.init_kwargs["model_input_names"] = list(INPUTS)  # what is saved; without it pairs have no segments
    tokenizer.chat_template = None
    set_seed(RECIPE.seed)
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=192,
            num_hidden_layers=4,
            num_attention_heads=4,
            intermediate_size=512,
            max_position_embeddings=256,
            pad_token_id=tokenizer.pad_token_id,
            hidden_dropout_prob=0.0,  # hardly a text is seen twice: there is nothing to guard against
            attention_probs_dropout_prob=0.0,
        )
    )
    rows = [{"text": text} for text in found]
    fitted = fit(model, tokenizer, Mlm(), rows[500:], rows[:500], RECIPE, options={"share": 0.2})
    # Users train for many rounds over few rows, so what is shipped has the usual dropout.
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return fitted
