"""The small encoder-decoder: T5's architecture, trained on the world's questions and answers; it knows no chat."""

from __future__ import annotations

from pathlib import Path
from random import Random

import torch
from transformers import GenerationConfig, PreTrainedTokenizerBase, T5Config, T5ForConditionalGeneration, set_seed

from desktop.engine.evaluate.rightness import is_right
from desktop.engine.objectives.seq2seq import Seq2Seq
from desktop.engine.tokenizer.train import train_tokenizer
from maker import documents
from maker.fitting import Fitted, Recipe, fit

SEED = 22
RECIPE = Recipe(steps=1100, batch=64, length=64, learning_rate=3e-3)
PAIRS = RECIPE.steps * RECIPE.batch + 500
VOCABULARY = 3072


def build(folder: Path) -> Fitted:
    """Train tokenizer and model on prompt and answer as source and target, and write them to ``folder``."""
    rng = Random(SEED)
    drawn = [documents.exchange(rng) for _ in range(PAIRS)]
    rows = [{"source": one.prompt, "target": one.answer} for kind, one in drawn if kind.id != "story"]
    tokenizer = train_tokenizer((row[side] for row in rows for side in ("source", "target")), "bpe", VOCABULARY)
    tokenizer.model_max_length = 256
    tokenizer.chat_template = None
    set_seed(RECIPE.seed)
    model = T5ForConditionalGeneration(_config(tokenizer))
    fitted = fit(model, tokenizer, Seq2Seq(), rows[500:], rows[:500], RECIPE)
    right = _right(model, tokenizer)
    model.generation_config = GenerationConfig(
        decoder_start_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        max_new_tokens=96,
    )
    model.config.dropout_rate = 0.1
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return Fitted(fitted.seconds, fitted.tokens, {**fitted.metrics, "right": right})


def _config(tokenizer: PreTrainedTokenizerBase) -> T5Config:
    return T5Config(
        vocab_size=len(tokenizer),
        d_model=192,
        d_kv=48,
        d_ff=512,
        num_layers=3,
        num_decoder_layers=3,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        dropout_rate=0.0,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
    )


def _right(model: T5ForConditionalGeneration, tokenizer: PreTrainedTokenizerBase) -> float:
    """Return the share of held-out prompts turned into a right answer."""
    model.eval()
    asked = [one for kind, one in documents.held_out(250, 98) if kind != "story"]
    ends = tokenizer.eos_token
    batch = tokenizer([one.prompt + ends for one in asked], return_tensors="pt", padding=True)
    with torch.no_grad():
        made = model.generate(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=80, do_sample=False,
            decoder_start_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
    said = tokenizer.batch_decode(made, skip_special_tokens=True)
    return sum(is_right(text, one.expected) for text, one in zip(said, asked, strict=True)) / len(asked)
