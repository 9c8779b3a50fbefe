"""Model facts to estimate with, written out by hand so that a figure can be checked with a pencil."""

from __future__ import annotations

import pytest

from desktop.engine.hardware import Gpu, Hardware
from desktop.engine.methods.base import ModelFacts


def llama_like(
    *, hidden: int, layers: int, heads: int, kv_heads: int, intermediate: int, vocabulary: int, context: int = 32_768
) -> ModelFacts:
    """Return the facts of a Llama with tied embeddings and no biases."""
    keys = hidden * kv_heads // heads
    shapes = {
        "self_attn.q_proj": (hidden, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, hidden),
        "mlp.gate_proj": (intermediate, hidden),
        "mlp.up_proj": (intermediate, hidden),
        "mlp.down_proj": (hidden, intermediate),
    }
    linear = layers * sum(out * wide for out, wide in shapes.values())
    return ModelFacts(
        architecture="llama",
        kind="causal",
        parameters=linear + vocabulary * hidden + layers * 2 * hidden + hidden,
        hidden=hidden,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        intermediate=intermediate,
        vocabulary=vocabulary,
        context=context,
        bytes_per_weight=2.0,
        tied=True,
        has_biases=False,
        linear_shapes=shapes,
    )


@pytest.fixture
def small() -> ModelFacts:
    """A model of round numbers: hidden 100, 2 layers, feed-forward 300, vocabulary 1000."""
    return llama_like(hidden=100, layers=2, heads=10, kv_heads=5, intermediate=300, vocabulary=1000)


@pytest.fixture
def billion() -> ModelFacts:
    """A model of 1.5 billion weights."""
    return llama_like(hidden=1536, layers=28, heads=12, kv_heads=2, intermediate=8960, vocabulary=151_936)


@pytest.fixture
def laptop() -> Hardware:
    """Eight gigabytes free and no card."""
    return Hardware("cpu", 4, 16_384, 8_192, (), 100_000, "Linux")


@pytest.fixture
def workstation() -> Hardware:
    """A card of twelve gigabytes with 10.9 free."""
    return Hardware("cpu", 16, 65_536, 60_000, (Gpu("RTX 4070", 12_282, 11_162, True),), 500_000, "Linux")
