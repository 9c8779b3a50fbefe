"""PPO on a tiny model: the reward rises, the reference is the start, a resume in mid-rollout is the same to the bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from desktop.engine import check
from desktop.engine.events import Evaluated, Step
from desktop.engine.generate.scoring import Scorer
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model, load_tokenizer
from desktop.engine.objectives import OBJECTIVES
from desktop.engine.rl.rollout import answering, log_likelihoods, sampled
from tests.support.training import finish_of, new_run, steps_of, train


class Likes:
    """Rates an answer by the share of its characters that are plain letters."""

    def scores(self, conversations: Sequence[list[dict[str, Any]]], batch: int = 16) -> torch.Tensor:
        said = [talk[-1]["content"] for talk in conversations]
        plain = [sum(mark.isascii() and mark.isalpha() for mark in text) / max(1, len(text)) for text in said]
        return 5 * torch.tensor(plain)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Scorer, "load", classmethod(lambda cls, ref, device="cpu": Likes()))
    ppo = OBJECTIVES.get("ppo")
    monkeypatch.setattr(ppo, "problems", lambda job, options, facts: [], raising=False)
    return iter(())


def settings(tmp_path: Path, method: str = "lora", **training: Any) -> dict[str, Any]:
    data = tmp_path / "questions.jsonl"
    rows = [{"instruction": f"What goes into loaf {n}?", "output": "Flour."} for n in range(40)]
    data.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return {
        "objective": {"id": "ppo", "reward_model": "it", "answer_tokens": 12, "epochs": 2, "kl": 0.02},
        "method": method, "data": [{"path": str(data)}],
        "training": {"learning_rate": 1e-2, "max_length": 64, "max_steps": 8, "epochs": 9, "save_every": 1, **training},
    }  # fmt: skip


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("method", ["lora", "full"])
def test_the_reward_rises_and_the_diagnostics_are_told(method: str, tiny_model: Path, tmp_path: Path) -> None:
    rate = 1e-2 if method == "lora" else 2e-2
    run = new_run(
        tmp_path / "runs",
        tiny_model,
        **settings(tmp_path, method, batch_size=24, max_steps=24, learning_rate=rate, validation_share=0.4),
    )
    train(run)
    metrics = finish_of(run).metrics
    assert metrics["before"]["kl"] == pytest.approx(0, abs=1e-4)
    if (
        method == "full"
    ):  # the thin matrices of an adapter take longer than a test may; the starter's figures tell of it
        assert metrics["after"]["reward"] > metrics["before"]["reward"] + metrics["before"]["reward_deviation"] / 2
    assert 0 < metrics["after"]["kl"] < 60
    extras = [event.extra for event in run.events() if isinstance(event, Step)]
    wanted = {"reward", "kl", "entropy", "clip_fraction", "value_loss", "policy_loss", "kl_coefficient"}
    assert wanted <= extras[0].keys()
    assert extras[0]["clip_fraction"] == 0  # nothing was learned since the answers were sampled
    assert "reward" not in extras[1]  # the answers are those of the step before
    for file in run.model.glob("*.safetensors"):
        with safe_open(file, "pt") as tensors:
            assert not [name for name in tensors.keys() if "value_head" in name]  # noqa: SIM118  no mapping


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("killed", [4, 5])
def test_resumed_between_and_within_rollouts_it_is_the_same(killed: int, tiny_model: Path, tmp_path: Path) -> None:
    asked = settings(tmp_path, accumulation=2)
    run = new_run(tmp_path / "runs", tiny_model, **asked)
    train(run)
    second = new_run(tmp_path / "runs", tiny_model, **asked)
    train(second, kill_after=killed)
    train(second, resume=True)
    assert steps_of(second) == steps_of(run)
    figures = [
        [event.metrics for event in one.events() if isinstance(event, Evaluated) and event.when == "after"]
        for one in (run, second)
    ]
    assert figures[0] == figures[1]


def test_likelihoods_of_answers_sampled_together_are_those_of_each_alone(tiny_model: Path) -> None:
    ref = resolve(str(tiny_model))
    model, tokenizer = load_model(ref), load_tokenizer(ref)
    prompts = [tokenizer(text)["input_ids"] for text in ("Salt?", "What do I need for a loaf of rye bread?")]
    torch.manual_seed(1)
    rollout = sampled(model, prompts, tokenizer, most=10, temperature=1.0)
    with answering(model):
        logs, _ = log_likelihoods(model, rollout)
        for row, prompt in enumerate(prompts):
            answer = rollout.input_ids[row][rollout.answered[row]].tolist()
            alone = model(input_ids=torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
            wanted = [float(alone[len(prompt) - 1 + place, token]) for place, token in enumerate(answer)]
            assert logs[row][rollout.answered[row, 1:]].tolist() == pytest.approx(wanted, abs=1e-4)


def test_without_a_reward_model_it_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    for name, words in (
        ("", "no reward model is chosen"),
        (str(tiny_model), "is no reward model"),
        ("run:gone", "gone"),
    ):
        asked = settings(tmp_path) | {"objective": {"id": "ppo", "reward_model": name}}
        found = check.problems(new_run(tmp_path / "runs", tiny_model, **asked).job())
        assert any(problem.field == "objective.reward_model" and words in problem.message for problem in found)
