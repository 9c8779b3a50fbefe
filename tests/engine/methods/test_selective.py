"""Selective fine-tuning trains what was asked for, counts it without a load, and refuses in words."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from desktop.engine import check
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model

SELECTIVE = METHODS.get("selective")
MODELS = ("tiny_model", "tiny_qwen2", "tiny_gpt2", "tiny_bert", "tiny_t5")
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"last_blocks": 2},
    {"part": "attention"},
    {"part": "attention", "last_blocks": 1},
    {"part": "feed-forward"},
    {"part": "norms"},
    {"part": "norms", "last_blocks": 1},
    {"part": "embeddings"},
    {"part": "head"},
    {"part": "pattern", "pattern": r"\.1\..*weight$"},
)


def made(**choice: Any) -> Any:
    return SELECTIVE.options.model_validate(choice)


def learning(folder: Path, **choice: Any) -> set[str]:
    """Return what learns in a model built with these options."""
    built = SELECTIVE.build(load_model(resolve(str(folder)), kind=facts_of(folder).kind), made(**choice))
    return {name for name, p in built.named_parameters() if p.requires_grad}


def refused(folder: Path, quantization: str = "none", **choice: Any) -> str:
    return SELECTIVE.refusal(Setting("sft", quantization, model=facts_of(folder)), made(**choice)) or ""


@pytest.mark.parametrize("name", MODELS)
def test_every_choice_counts_without_a_load_what_the_built_model_trains(
    name: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(name)
    facts = facts_of(folder)
    model = load_model(resolve(str(folder)), kind=facts.kind)
    names = [name for name, _ in model.named_parameters()]
    for choice in CHOICES:
        options = made(**choice)
        built = SELECTIVE.build(model, options)
        trains = {name for name, p in built.named_parameters() if p.requires_grad}
        assert trains == SELECTIVE.promised(names, options), choice
        assert SELECTIVE.trainable(facts, options) == sum(facts_size(facts, name) for name in trains), choice
        assert bool(trains) != bool(refused(folder, **choice)), choice


def facts_size(facts: Any, name: str) -> int:
    return math.prod(facts.tensors[name])


def test_each_part_is_what_it_is_called(tiny_model: Path, tiny_bert: Path, tiny_t5: Path) -> None:
    assert {name.split(".")[2] for name in learning(tiny_model)} == {"1"}
    assert {name.split(".")[-2] for name in learning(tiny_model, part="attention")} == {
        "q_proj", "k_proj", "v_proj", "o_proj",
    }  # fmt: skip
    assert {name.split(".")[-2] for name in learning(tiny_model, part="feed-forward")} == {
        "gate_proj", "up_proj", "down_proj",
    }  # fmt: skip
    assert learning(tiny_model, part="norms", last_blocks=1) == {
        "model.layers.1.input_layernorm.weight",
        "model.layers.1.post_attention_layernorm.weight",
        "model.norm.weight",
    }
    assert learning(tiny_bert, part="embeddings") == {
        f"bert.embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")
    }
    assert {name.rpartition(".")[0] for name in learning(tiny_bert, part="feed-forward", last_blocks=1)} == {
        "bert.encoder.layer.1.intermediate.dense",
        "bert.encoder.layer.1.output.dense",
    }
    # Of both stacks the last block, and of the decoder's its look at the encoder.
    last = learning(tiny_t5, part="attention", last_blocks=1)
    assert {name.split(".layer.")[0] for name in last} == {"encoder.block.1", "decoder.block.1"}
    assert any("EncDecAttention" in name for name in last)


def test_a_tied_head_is_the_embedding_and_is_told(tiny_model: Path, tiny_qwen2: Path) -> None:
    assert learning(tiny_model, part="head") == learning(tiny_model, part="embeddings") == {"model.embed_tokens.weight"}
    assert learning(tiny_qwen2, part="head") == {"lm_head.weight"}
    assert learning(tiny_qwen2, part="embeddings") == {"model.embed_tokens.weight"}

    def told(folder: Path, **choice: Any) -> list[check.Problem]:
        job = JobSpec.from_mapping({"model": str(folder), "method": {"id": "selective", **choice}})
        return check.method_problems(job, SELECTIVE, made(**choice), facts_of(folder))

    (said,) = told(tiny_model, part="head")
    assert said.severity == "warning"
    assert "one matrix for both" in said.message
    assert told(tiny_model, part="pattern", pattern="embed")
    assert not told(tiny_model, part="norms")
    assert not told(tiny_qwen2, part="head")


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"part": "pattern", "pattern": "layers.(0"}, "The pattern layers.(0 is no regular expression: missing )"),
        ({"part": "pattern"}, "No pattern is given. Write one"),
        (
            {"part": "pattern", "pattern": "q_prj"},
            "No parameter of this model matches q_prj. Its names look like model",
        ),
        ({"part": "norms", "pattern": "q_proj"}, "Set the part to pattern, or empty the pattern."),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused_and_counts_nothing(
    tiny_model: Path, choice: dict[str, Any], said: str
) -> None:
    assert said in refused(tiny_model, **choice)
    if choice["part"] == "pattern":
        assert SELECTIVE.trainable(facts_of(tiny_model), made(**choice)) == 0


@pytest.mark.parametrize("quantization", ["8bit", "nf4", "fp4"])
def test_a_quantised_base_is_refused_even_for_norms(tiny_model: Path, quantization: str) -> None:
    assert "cannot be written back as they were" in refused(tiny_model, quantization, part="norms")


def test_only_sizes_known_the_count_is_still_right(tiny_model: Path) -> None:
    facts = facts_of(tiny_model)
    outline = dataclasses.replace(facts, tensors={})
    for part in ("blocks", "attention", "feed-forward", "norms", "embeddings", "head"):
        assert SELECTIVE.trainable(outline, made(part=part)) == SELECTIVE.trainable(facts, made(part=part)), part
