"""Isolation is tried on the model itself: architectures that cannot keep packed texts apart are refused."""

from __future__ import annotations

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.objectives.isolation import collate, require_isolation


def test_an_architecture_without_positions_is_refused_and_llama_is_not() -> None:
    from transformers import BloomConfig, BloomForCausalLM, LlamaConfig, LlamaForCausalLM

    sizes = {"vocab_size": 32, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    require_isolation(LlamaForCausalLM(LlamaConfig(**sizes, intermediate_size=64)))
    with pytest.raises(RequestError, match="see one another"):
        require_isolation(BloomForCausalLM(BloomConfig(vocab_size=32, hidden_size=32, n_layer=2, n_head=2)))


def test_a_batch_asks_for_no_cache() -> None:
    batch = collate([{"input_ids": [1, 2], "labels": [-100, 2], "position_ids": [0, 1]}])
    assert batch["use_cache"] is False
    assert "attention_mask" not in batch
