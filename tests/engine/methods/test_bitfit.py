"""BitFit trains the biases a model has, counts them without loading it, and refuses where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model

BITFIT = METHODS.get("bitfit")
OPTIONS = BITFIT.options()


@pytest.mark.parametrize("name", ["tiny_qwen2", "tiny_gpt2", "tiny_bert"])
def test_biases_train_and_the_count_is_known_before(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    facts = facts_of(folder)
    assert BITFIT.refusal(Setting("sft", "none", model=facts), OPTIONS) is None
    built = BITFIT.build(load_model(resolve(str(folder)), kind=facts.kind), OPTIONS)
    learning = {name for name, p in built.named_parameters() if p.requires_grad}
    assert learning == BITFIT.promised([name for name, _ in built.named_parameters()], OPTIONS)
    assert BITFIT.trainable(facts, OPTIONS) == sum(p.numel() for p in built.parameters() if p.requires_grad) > 0


def test_qwen2_has_them_at_queries_keys_and_values_only(tiny_qwen2: Path) -> None:
    biases = {name.split(".")[-2] for name in facts_of(tiny_qwen2).tensors if BITFIT.promises(name)}
    assert biases == {"q_proj", "k_proj", "v_proj"}


@pytest.mark.parametrize(("name", "said"), [("tiny_model", "(llama) has none"), ("tiny_t5", "(t5) has none")])
def test_a_model_without_biases_is_refused_by_name_with_a_way_out(
    name: str, said: str, request: pytest.FixtureRequest
) -> None:
    facts = facts_of(request.getfixturevalue(name))
    refused = BITFIT.refusal(Setting("sft", "none", model=facts), OPTIONS)
    assert refused is not None
    assert said in refused
    assert "Choose LoRA, or selective fine-tuning of the norms." in refused
    assert BITFIT.trainable(facts, OPTIONS) == 0


def test_a_quantised_base_is_refused(tiny_gpt2: Path) -> None:
    refused = BITFIT.refusal(Setting("sft", "8bit", model=facts_of(tiny_gpt2)), OPTIONS)
    assert refused is not None
    assert "cannot be written back" in refused
