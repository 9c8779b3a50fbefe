"""The list of parameters told from headers is the loaded model's own, for old and headless files too."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.engine.models.facts import facts_of
from desktop.engine.models.headers import TensorHeader
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model
from desktop.engine.models.parameters import parameters_of


@pytest.mark.parametrize("name", ["tiny_model", "tiny_qwen2", "tiny_gpt2", "tiny_bert", "tiny_t5"])
def test_names_and_shapes_are_those_of_the_loaded_model(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    facts = facts_of(folder)
    model = load_model(resolve(str(folder)), kind=facts.kind)
    assert facts.tensors == {name: tuple(p.shape) for name, p in model.named_parameters()}
    assert sum(p.numel() for p in model.parameters()) == facts.parameters


def test_old_and_headless_files_are_named_as_the_library_will() -> None:
    def named(architecture: str, *names: str) -> list[str]:
        return list(parameters_of({name: TensorHeader("F32", (2,)) for name in names}, architecture))

    assert named("gpt2", "h.0.ln_1.weight", "lm_head.weight") == ["transformer.h.0.ln_1.weight", "lm_head.weight"]
    assert named("bert", "bert.embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.beta") == [
        "bert.embeddings.LayerNorm.weight",
        "bert.embeddings.LayerNorm.bias",
    ]
    assert named("bert", "pooler.dense.bias", "cls.predictions.bias", "cls.predictions.decoder.bias") == [
        "cls.predictions.bias"
    ]
    assert named("t5", "shared.weight", "encoder.embed_tokens.weight") == ["shared.weight"]
