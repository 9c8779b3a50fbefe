"""The closed form, against numbers worked by hand and against what must always hold."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.engine.memory import terms
from desktop.engine.memory.estimate import of_shape
from desktop.engine.memory.shape import Shape
from desktop.engine.methods.base import ModelFacts
from tests.engine.memory.conftest import llama_like

MIB = 1024 * 1024


def lora(facts: ModelFacts, **changes: object) -> Shape:
    plain = Shape(facts, batch=2, length=8, trainable=1000, adapter=True)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def full(facts: ModelFacts, **changes: object) -> Shape:
    return lora(facts, trainable=facts.parameters, adapter=False, **changes)


def test_weights_of_a_small_model_by_hand(small: ModelFacts) -> None:
    # a block: q 10,000 + k 5,000 + v 5,000 + o 10,000 + three of 30,000 = 120,000; two blocks and 100,000 embedding,
    # five norms of 100
    assert small.parameters == 340_500
    assert terms.weights(lora(small)) == 340_500 * 4
    assert terms.weights(lora(small, weight_bytes=2)) == 340_500 * 2


def test_quantised_weights_by_hand(small: ModelFacts) -> None:
    # 240,000 linear weights; 100,500 others stay in fp32
    assert terms.weights(lora(small, quantization="8bit")) == 240_000 + 2 * (
        100 + 50 + 50 + 100 + 300 + 300 + 100
    ) * 4 + (100_500 * 4)
    assert terms.weights(lora(small, quantization="nf4", double_quant=False)) == 120_000 + 3_750 * 4 + 402_000
    assert terms.weights(lora(small, quantization="fp4")) == 120_000 + 3_750 * (1 + 4 / 256) + 402_000


def test_adapter_gradients_and_optimizer_by_hand(small: ModelFacts) -> None:
    assert terms.adapter(lora(small)) == terms.gradients(lora(small)) == 4_000
    assert terms.optimizer(lora(small)) == 8_000
    assert terms.optimizer(lora(small, optimizer="muon")) == 4_000
    assert terms.optimizer(lora(small, optimizer="sgd")) == 0
    assert terms.optimizer(lora(small, optimizer="adamw_8bit")) == 2_031.25
    assert terms.adapter(full(small)) == 0
    assert terms.gradients(full(small)) == 340_500 * 4


def test_what_a_block_keeps_by_hand(small: ModelFacts) -> None:
    # a token: norms' inputs 200, normed 200, q k v and output 300, feed-forward 1,200 numbers of 4 bytes; 10 heads x 4
    assert terms.kept_in_a_block(lora(small)) == 16 * ((200 + 200 + 300 + 1_200) * 4 + 40)
    # frozen and untouched, the feed-forward part does not keep the input of its last layer
    assert terms.kept_in_a_block(lora(small, feed_forward=False)) == 16 * ((200 + 200 + 300 + 900) * 4 + 40)
    # when the norms learn too, each keeps what it multiplies
    assert terms.kept_in_a_block(full(small)) == 16 * ((200 + 400 + 300 + 1_200) * 4 + 40)


def test_the_math_kernel_keeps_a_square_of_the_length(billion: ModelFacts) -> None:
    one = lora(billion, batch=1, length=1024)
    square = terms.kept_in_a_block(dataclasses.replace(one, attention="math")) - terms.kept_in_a_block(one)
    repeated = 1024 * 2 * (1536 - 256) * 4
    assert square + 1024 * 12 * 4 - repeated == 48 * MIB  # 12 heads x 1024 x 1024 x 4 bytes


def test_whole_logits_by_hand(small: ModelFacts) -> None:
    assert terms.logits(lora(small, head="whole")) == 4 * 16 * 1000 * 4
    assert terms.logits(lora(small, head="whole", stream_bytes=2)) == 3.5 * 16 * 1000 * 4


def test_tiled_logits_stop_growing_with_the_length(billion: ModelFacts) -> None:
    tile = 4096 * 32_768 * 2
    once = lora(billion, batch=4, length=1024, cuda=True, inner_bytes=2, stream_bytes=2)
    assert terms.logits(once) == tile + 4096 * 1536 * 6
    assert terms.logits(dataclasses.replace(once, batch=8)) == tile + 8192 * 1536 * 6


@pytest.mark.parametrize(
    ("model", "quantization", "batch", "rank", "checkpointing", "eager", "optimizer", "double", "measured"),
    [
        # Published peaks of allocated memory, RTX 4080 (first three) and Tesla T4, q k v and o adapted, 1024 tokens.
        ("0.5B", "none", 1, 16, True, False, "paged_adamw_8bit", True, 3105.2),
        ("1.5B", "nf4", 1, 16, True, False, "paged_adamw_8bit", True, 4138.3),
        ("1.5B", "nf4", 1, 16, False, False, "paged_adamw_8bit", True, 9565.5),
        ("1.5B", "nf4", 2, 32, True, True, "adamw", False, 6838.5),
        ("1.5B", "none", 2, 32, True, True, "adamw", True, 7405.8),
    ],
)
def test_published_gpu_peaks_within_two_per_cent(
    model: str, quantization: str, batch: int, rank: int, checkpointing: bool, eager: bool, optimizer: str,
    double: bool, measured: float,
) -> None:  # fmt: skip
    facts = {
        "0.5B": llama_like(hidden=896, layers=24, heads=14, kv_heads=2, intermediate=4864, vocabulary=151_936),
        "1.5B": llama_like(hidden=1536, layers=28, heads=12, kv_heads=2, intermediate=8960, vocabulary=151_936),
    }[model]
    attention = [shape for name, shape in facts.linear_shapes.items() if name.startswith("self_attn")]
    width = 2 if quantization == "none" else 4
    shape = Shape(
        facts,
        batch=batch,
        length=1024,
        trainable=facts.layers * rank * sum(sum(shape) for shape in attention),
        adapter=True,
        quantization=quantization,
        double_quant=double,
        weight_bytes=2,
        stream_bytes=width,
        inner_bytes=width,
        optimizer=optimizer,
        checkpointing=checkpointing,
        feed_forward=False,
        attention="eager" if eager else "math" if quantization != "none" else "fused",
        head="whole",
        cuda=True,
    )
    predicted = of_shape(shape, 16_000).peak_allocated_mib
    assert predicted == pytest.approx(measured, rel=0.02)


shapes = st.builds(
    Shape,
    facts=st.builds(
        lambda heads, layers, vocabulary, wide: llama_like(
            hidden=16 * heads, layers=layers, heads=heads, kv_heads=heads, intermediate=wide, vocabulary=vocabulary
        ),
        st.integers(1, 32),
        st.integers(1, 40),
        st.integers(300, 150_000),
        st.integers(32, 8192),
    ),
    batch=st.integers(1, 64),
    length=st.integers(8, 8192),
    trainable=st.integers(1, 10**9),
    adapter=st.booleans(),
    quantization=st.sampled_from(("none", "8bit", "nf4", "fp4")),
    weight_bytes=st.sampled_from((2.0, 4.0)),
    stream_bytes=st.sampled_from((2, 4)),
    inner_bytes=st.sampled_from((2, 4)),
    optimizer=st.sampled_from(tuple(terms.STATE_BYTES)),
    checkpointing=st.booleans(),
    dropout=st.booleans(),
    feed_forward=st.booleans(),
    attention=st.sampled_from(("fused", "math", "eager")),
    head=st.sampled_from(("tiled", "whole")),
    cuda=st.booleans(),
)


@given(shapes)
def test_the_parts_sum_up_to_the_total(shape: Shape) -> None:
    found = of_shape(shape, 8_000)
    assert sum(part.mib for part in found.parts) == pytest.approx(found.total_mib)
    assert all(part.mib >= 0 for part in found.parts)
    assert found.peak_allocated_mib <= found.total_mib
    assert len({part.id for part in found.parts}) == 8


@given(shapes, st.sampled_from(("batch", "length", "trainable")), st.integers(2, 4))
def test_more_of_anything_never_takes_less(shape: Shape, field: str, factor: int) -> None:
    more = dataclasses.replace(shape, **{field: getattr(shape, field) * factor})
    assert of_shape(more, 8_000).total_mib >= of_shape(shape, 8_000).total_mib - 1e-6


@given(shapes)
def test_recomputing_never_takes_more(shape: Shape) -> None:
    assume(shape.facts.layers > 2)  # one block has nothing to win: its input is kept on top of what is recomputed
    kept = of_shape(dataclasses.replace(shape, checkpointing=False), 8_000)
    recomputed = of_shape(dataclasses.replace(shape, checkpointing=True), 8_000)
    assert recomputed.total_mib <= kept.total_mib + 1e-6


@given(shapes, st.floats(10, 200_000))
def test_the_verdict_says_what_the_numbers_say(shape: Shape, limit: float) -> None:
    found = of_shape(shape, limit)
    assert (found.verdict == "too_big") == (found.total_mib > limit)
    assert ("too much" in found.sentence) == (found.verdict == "too_big")
    assert found.spare_mib == pytest.approx(limit - found.total_mib)
