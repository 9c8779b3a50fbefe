"""Packing: every token of every text once and in order, in rows of one length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.data.rendering.pack import pack


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
