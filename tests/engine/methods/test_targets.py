"""Which layers an adapter lies beside: the count before loading is the count built, on every architecture."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.methods import METHODS, targets
from desktop.engine.methods.base import Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import ModelRef
from desktop.engine.models.load import load_model

ARCHITECTURES = ("llama", "qwen2", "gpt2", "bert", "t5")
WAYS: list[dict[str, Any]] = [
    {},
    {"targets": "attention"},
    {"targets": "feed-forward"},
    {"last_blocks": 1},
    {"targets": "attention", "last_blocks": 1},
]


def load(folder: Path) -> Any:
    return load_model(ModelRef("m", "m", folder, None, "folder", ""), kind=facts_of(folder).kind)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_is_counted_is_built(architecture: str, way: dict[str, Any], tiny: Callable[[str], Path]) -> None:
    folder = tiny(architecture)
    facts = facts_of(folder)
    for id in ("lora", "dora", "adalora", "ia3", "loha", "lokr", "oft", "vera"):
        method = METHODS.get(id)
        if way and "targets" not in method.options.model_fields:
            continue
        options = method.options.model_validate(way)
        if method.refusal(Setting("sft", "none", model=facts), options) is not None:
            continue
        built = method.build(load(folder), options)
        assert method.trainable(facts, options) == sum(p.numel() for p in built.parameters() if p.requires_grad), id


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_facts_and_model_name_the_same_layers(architecture: str, tiny: Callable[[str], Path]) -> None:
    folder = tiny(architecture)
    assert targets.shapes_of(load(folder)) == facts_of(folder).linear_shapes


def test_a_bert_outside_its_blocks_is_left_alone(tiny: Callable[[str], Path]) -> None:
    """Its head has a layer called ``dense`` as well, so ends of names do not do."""
    model = load(tiny("bert"))
    names = targets.chosen(targets.shapes_of(model), "all-linear")
    found = targets.target_modules(model, names)
    assert isinstance(found, str)
    matched = [name for name, _ in model.named_modules() if re.fullmatch(found, name)]
    assert len(matched) == 12
    assert not any("cls" in name or "pooler" in name for name in matched)


def test_ends_of_names_where_they_do(tiny: Callable[[str], Path]) -> None:
    model = load(tiny("llama"))
    assert targets.target_modules(model, ["self_attn.q_proj", "self_attn.v_proj"]) == ["q_proj", "v_proj"]


def test_attention_of_a_fused_projection() -> None:
    falcon = {"self_attention.query_key_value": (3, 1), "self_attention.dense": (1, 1), "mlp.dense_h_to_4h": (4, 1)}
    assert targets.chosen(falcon, "attention") == ["self_attention.query_key_value", "self_attention.dense"]
    assert targets.chosen(falcon, "feed-forward") == ["mlp.dense_h_to_4h"]
    assert targets.chosen(falcon, "dense, nothing") == ["self_attention.dense"]


def test_an_unknown_layer_is_refused_with_those_there_are(tiny: Callable[[str], Path]) -> None:
    method = METHODS.get("lora")
    setting = Setting("sft", "none", model=facts_of(tiny("gpt2")))
    reason = method.refusal(setting, method.options.model_validate({"targets": "q_proj"}))
    assert reason is not None
    assert "c_attn" in reason
    assert "q_proj" in reason


@pytest.mark.parametrize(
    ("architecture", "outputs", "inputs"),
    [
        ("llama", ["self_attn.k_proj", "self_attn.v_proj"], ["mlp.down_proj"]),
        ("gpt2", ["attn.c_attn"], ["mlp.c_proj"]),
        ("bert", ["attention.self.key", "attention.self.value"], ["output.dense"]),
    ],
)
def test_ia3_finds_keys_values_and_the_way_out(
    architecture: str, outputs: list[str], inputs: list[str], tiny: Callable[[str], Path]
) -> None:
    from desktop.engine.methods.ia3 import scaled

    facts = facts_of(tiny(architecture))
    found = scaled(facts.linear_shapes, facts.hidden)
    assert (sorted(found[0]), found[1]) == (outputs, inputs)


def test_ia3_finds_them_in_both_stacks(tiny: Callable[[str], Path]) -> None:
    from desktop.engine.methods.ia3 import scaled

    facts = facts_of(tiny("t5"))
    outputs, inputs = scaled(facts.linear_shapes, facts.hidden)
    assert len(outputs) == 6  # k and v of the encoder, of the decoder, and of the decoder looking at the encoder
    assert [name.rpartition(".")[2] for name in inputs] == ["wo", "wo"]


def test_ia3_is_not_folded_in_after_packed_training() -> None:
    method = METHODS.get("ia3")
    for stored, bits in (("8bit", "8-bit"), ("nf4", "4-bit"), ("fp4", "4-bit")):
        reason = method.merge_refusal(Setting("sft", stored), method.options())
        assert reason is not None
        assert bits in reason
    assert method.merge_refusal(Setting("sft", "none"), method.options()) is None


def test_one_block_size_divides_every_layer() -> None:
    from desktop.engine.methods.oft import block

    assert block(32, [(688, 256), (256, 688)]) == 16
    assert block(32, [(1, 96), (1, 64)]) == 32
    assert block(5, [(1, 64)]) == 4
