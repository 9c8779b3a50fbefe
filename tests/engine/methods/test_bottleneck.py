"""Bottleneck adapters as a method: counted without a load, refused in words, as promised when built."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model

BOTTLENECK = METHODS.get("bottleneck")
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"placement": "houlsby"},
    {"placement": "houlsby", "reduction": 2, "layer_norm": True},
    {"size": 5, "non_linearity": "gelu"},
    {"reduction": 0.5},
    {"reduction": 1000},
)


@pytest.mark.parametrize("name", ["tiny_model", "tiny_qwen2", "tiny_gpt2", "tiny_bert", "tiny_t5"])
def test_what_is_counted_before_a_load_is_what_is_built(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    facts = facts_of(folder)
    for choice in CHOICES:
        options = BOTTLENECK.options.model_validate(choice)
        model: Any = load_model(resolve(str(folder)), kind=facts.kind)
        built = BOTTLENECK.build(model, options)
        trains = {name: p.numel() for name, p in built.named_parameters() if p.requires_grad}
        assert sum(trains.values()) == BOTTLENECK.trainable(facts, options) > 0, choice
        assert set(trains) == BOTTLENECK.promised([name for name, _ in built.named_parameters()], options)


@pytest.mark.parametrize("quantization", ["none", "8bit", "nf4", "fp4"])
def test_any_base_will_do_and_none_can_be_merged_with(tiny_model: Path, quantization: str) -> None:
    setting = Setting("sft", quantization, checkpointing=True, model=facts_of(tiny_model))
    options = BOTTLENECK.options()
    assert BOTTLENECK.refusal(setting, options) is None
    assert "non-linearity between its two matrices" in (BOTTLENECK.merge_refusal(setting, options) or "")


def test_blocks_of_unknown_names_are_refused(tiny_model: Path) -> None:
    strange = dataclasses.replace(facts_of(tiny_model), architecture="strange", linear_shapes={"mixer.in": (32, 32)})
    refused = BOTTLENECK.refusal(Setting("sft", "none", model=strange), BOTTLENECK.options())
    assert refused is not None
    assert "(strange)" in refused
    assert "Choose LoRA." in refused
