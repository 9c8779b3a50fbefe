"""Packing: every token of every text once and in order, in rows of one length."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.rendering.pack import isolated_rows, pack


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


@given(texts=st.lists(st.text("ab cd", max_size=30), max_size=12), length=st.integers(8, 24))
@settings(max_examples=40, deadline=None)
def test_the_rows_hold_the_texts_end_to_end(tokenizer: Any, texts: list[str], length: int) -> None:
    packed = pack(texts, tokenizer, length)
    said = [label for row in packed.labels for label in row if label != -100]
    stream: list[int] = []
    for text in texts:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        if ids:
            begin = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
            stream += [*begin, *ids, tokenizer.eos_token_id]
    assert said == stream
    assert packed.tokens == len(stream)
    assert len({len(row) for row in packed.input_ids}) <= 1
    assert all(len(row) <= length for row in packed.input_ids)


def test_a_text_that_brings_its_marks_gets_no_second_ones(tokenizer: Any) -> None:
    marked = (tokenizer.bos_token or "") + "a b" + tokenizer.eos_token
    assert pack([marked], tokenizer, 64).input_ids == pack(["a b"], tokenizer, 64).input_ids


@given(texts=st.lists(st.text("ab cd", max_size=30), max_size=12), length=st.integers(2, 24))
@settings(max_examples=60, deadline=None)
def test_isolated_rows_predict_every_token_once_from_its_own_text(
    tokenizer: Any, texts: list[str], length: int
) -> None:
    rows = list(isolated_rows(texts, tokenizer, length))
    pairs = [
        (row.input_ids[at - 1], row.labels[at])
        for row in rows
        for at in range(1, len(row.labels))
        if row.labels[at] != -100 and row.position_ids[at] == row.position_ids[at - 1] + 1
    ]
    marked = [
        [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]
        for text in texts
        if (ids := tokenizer(text, add_special_tokens=False)["input_ids"])
    ]
    assert pairs == [pair for ids in marked for pair in pairwise(ids)]
    assert sum(label != -100 for row in rows for label in row.labels) == len(pairs)
    assert sum(row.tokens for row in rows) == sum(map(len, marked))
    assert len({len(row.input_ids) for row in rows}) <= 1


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("architecture", ["llama", "qwen2", "gpt2"])
def test_a_packed_text_is_read_as_if_alone(tokenizer: Any, architecture: str, attention: str) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    shape = (
        {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 128}
        if architecture == "gpt2"
        else {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
              "num_key_value_heads": 2}
    )  # fmt: skip
    config = AutoConfig.for_model(architecture, vocab_size=len(tokenizer), use_cache=True, **shape)
    model = AutoModelForCausalLM.from_config(config, attn_implementation=attention).eval()
    (row,) = isolated_rows(["abc d", "ba", "dd cab ab"], tokenizer, 128)
    ids, places = torch.tensor([row.input_ids]), torch.tensor([row.position_ids])
    starts = [at for at, place in enumerate(row.position_ids) if place == 0]
    assert len(starts) == 3
    with torch.no_grad():
        packed = model(input_ids=ids, position_ids=places, use_cache=False).logits[0]
        across = model(input_ids=ids, use_cache=False).logits[0]
        for start, end in zip(starts, [*starts[1:], len(row.input_ids)], strict=True):
            alone = model(input_ids=ids[:, start:end], use_cache=False).logits[0]
            torch.testing.assert_close(packed[start:end], alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(packed[starts[1] :], across[starts[1] :], atol=1e-4)
