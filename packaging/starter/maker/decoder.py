"""The chat decoder: its shape, its training and what is written of it; it knows neither the check nor the samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase, set_seed

from desktop.engine.objectives.pretrain import Pretrain
from maker import chat_tokenizer
from maker.documents import corpus
from maker.fitting import Fitted, Recipe, fit

SEED = 20
RECIPE = Recipe(steps=2500, batch=16, length=256, learning_rate=4e-3)
DOCUMENTS = 290_000  # a little more than the recipe's tokens: every document is seen at most once
TOKENIZER_DOCUMENTS = 60_000
EARLY = 400  # at this step an early export is written, so that others need not wait for the end


def config(tokenizer: PreTrainedTokenizerBase) -> LlamaConfig:
    """Return the shape of the decoder."""
    return LlamaConfig(
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=688,
        vocab_size=len(tokenizer),
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def tokenizer_texts() -> Iterator[str]:
    """Yield what the tokenizer is learned from: the first documents of the corpus without their chat marks."""
    for document in corpus(TOKENIZER_DOCUMENTS, SEED):
        if isinstance(document, str):
            yield document
        else:
            yield from (message["content"] for message in document)


def build(folder: Path) -> Fitted:
    """Generate the corpus, train tokenizer and decoder, and write them to ``folder``."""
    texts = [one if isinstance(one, str) else chat_tokenizer.rendered(one) for one in corpus(DOCUMENTS, SEED)]
    print(f"{len(texts):,} documents, {len(set(texts)):,} of them different", flush=True)
    tokenizer = chat_tokenizer.train(tokenizer_texts())
    held_back = 500
    set_seed(RECIPE.seed)
    model = LlamaForCausalLM(config(tokenizer))
    print(f"{model.num_parameters():,} parameters", flush=True)
    fitted = fit(
        model,
        tokenizer,
        Pretrain(),
        [{"text": text} for text in texts[held_back:]],
        [{"text": text} for text in texts[:held_back]],
        RECIPE,
        snapshot=(EARLY, lambda: export(model, tokenizer, folder)),
    )
    export(model, tokenizer, folder)
    return fitted


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write model and tokenizer as a transformers folder, weights in 16 bit."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = LlamaForCausalLM(model.config)
    copy.load_state_dict(model.state_dict())
    copy = copy.to(torch.bfloat16)
    copy.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=True,
        temperature=0.7,
        max_new_tokens=160,
    )
    copy.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
