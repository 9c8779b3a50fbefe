"""Sampled answers end where they end, are laid out as they are learned from, and are likely as the model says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.methods import METHODS
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model, load_tokenizer
from desktop.engine.rl.reference import Reference
from desktop.engine.rl.rollout import log_likelihoods, sampled, seeded


@pytest.fixture
def ready(tiny_model: Path) -> tuple[Any, Any]:
    ref = resolve(str(tiny_model))
    return load_model(ref), load_tokenizer(ref)


PROMPTS = [[5, 6, 7], [8, 9, 10, 11, 12, 13], [5]]


def test_answers_follow_their_prompts_without_a_gap(ready: tuple[Any, Any]) -> None:
    model, tokenizer = ready
    with seeded(1):
        rollout = sampled(model, PROMPTS, tokenizer, most=6, temperature=1.0, each=2)
    assert len(rollout.texts) == 6
    for place in range(6):
        prompt = PROMPTS[place // 2]
        row, answered = rollout.input_ids[place].tolist(), rollout.answered[place].tolist()
        assert row[: len(prompt)] == prompt
        length = int(rollout.lengths[place])
        assert answered == [len(prompt) <= at < len(prompt) + length for at in range(len(row))]
        assert 1 <= length <= 6
        assert int(rollout.attention_mask[place].sum()) == len(prompt) + length
        assert bool(rollout.ended[place]) or length == 6


def test_the_same_chance_gives_the_same_answers_and_moves_no_other(ready: tuple[Any, Any]) -> None:
    model, tokenizer = ready
    before = torch.get_rng_state()
    found = []
    for _ in range(2):
        with seeded(7):
            found.append(sampled(model, PROMPTS, tokenizer, most=5, temperature=1.0).input_ids)
    assert torch.equal(*found)
    assert torch.equal(before, torch.get_rng_state())


def test_likelihoods_are_those_of_each_answer_alone(ready: tuple[Any, Any]) -> None:
    model, tokenizer = ready
    model.eval()
    with seeded(2):
        rollout = sampled(model, PROMPTS, tokenizer, most=5, temperature=0.7)
    model.requires_grad_(False)
    logs, entropy = log_likelihoods(model, rollout, 0.7)
    for place, prompt in enumerate(PROMPTS):
        ids = rollout.input_ids[place, : len(prompt) + int(rollout.lengths[place])]
        told = (model(input_ids=ids[None]).logits[0].float() / 0.7).log_softmax(-1)
        for at in range(len(prompt), len(ids)):
            assert float(logs[place, at - 1]) == pytest.approx(float(told[at - 1, ids[at]]), abs=1e-4)
            spread = -(told[at - 1].exp() * told[at - 1]).sum()
            assert float(entropy[place, at - 1]) == pytest.approx(float(spread), abs=1e-4)
    assert float(logs[~rollout.answered[:, 1:]].abs().sum()) == 0


@pytest.mark.parametrize("id", ["full", "lora", "dora"])
def test_the_reference_is_the_model_as_it_started(id: str, ready: tuple[Any, Any]) -> None:
    model, _ = ready
    ids = torch.tensor([[5, 6, 7, 8]])
    model.eval()
    start = model(input_ids=ids).logits
    method = METHODS.get(id)
    built = method.build(model, method.options())
    reference = Reference(built, method)
    built.eval()
    with torch.no_grad():
        for parameter in built.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
        moved = built(input_ids=ids).logits
        with reference.back():
            assert torch.equal(built(input_ids=ids).logits, start)
        assert torch.equal(built(input_ids=ids).logits, moved)
    assert not torch.allclose(moved, start)
